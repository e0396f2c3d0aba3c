"""Conditions in words, as a wait tells them: «se espera que …»."""

from __future__ import annotations

import pytest

from engine.expressions.wording import Label, in_words

LABELS = {
    "decision": Label("¿Aprueba?", {"apruebo": "Apruebo", "devuelvo": "Devuelvo"}),
    "monto": Label("Monto en pesos"),
    "temas": Label("Temas", {"agua": "Agua"}),
    "firmado": Label("Firmado"),
}
SAID = {
    "${decision == 'apruebo'}": "«¿Aprueba?» sea «Apruebo»",
    "${'apruebo' == decision}": "«¿Aprueba?» sea «Apruebo»",
    "${decision != 'devuelvo'}": "«¿Aprueba?» no sea «Devuelvo»",
    "${monto >= 10.5}": "«Monto en pesos» sea al menos 10,5",
    "${100 < monto}": "«Monto en pesos» sea mayor que 100",
    "= firmado": "«Firmado» sea sí",
    "${!firmado}": "«Firmado» sea no",
    "${firmado == true}": "«Firmado» sea sí",
    "${not empty temas}": "«Temas» tenga algo",
    "${'agua' in temas}": "«Temas» tenga «Agua»",
    "${decision in ['apruebo', 'otro']}": "«¿Aprueba?» sea «Apruebo» o «otro»",
    "${filas_pendientes == 0 and firmado}": "«Filas pendientes» sea 0 y «Firmado» sea sí",
    "${firmado and (monto > 5 or monto < 2)}": "«Firmado» sea sí y («Monto en pesos» sea mayor que 5 o «Monto en pesos» sea menor que 2)",  # noqa: E501
    "${not (firmado and decision == 'apruebo')}": "«Firmado» sea no o «¿Aprueba?» no sea «Apruebo»",
    "${cuenta(temas) > 2}": "la cantidad de «Temas» sea mayor que 2",
    "${hechas / todas >= 0.6}": "«Hechas» entre «Todas» sea al menos 0,6",
    "${monto == null}": "«Monto en pesos» esté sin llenar",
    "${contiene(temas, 'agua')}": "«Temas» contenga «agua»",
    "${todos(validada)}": "se cumplan todos los de «Validada»",
    "${monto ge 5 and decision eq 'apruebo'}": "«Monto en pesos» sea al menos 5 y «¿Aprueba?» sea «Apruebo»",
    "= monto in [1..5]": "«Monto en pesos» esté entre 1 y 5",
    "= not (monto between 1 and 5)": "«Monto en pesos» no esté entre 1 y 5",
    "${(firmado ? monto : 0) > 3}": "«Monto en pesos» si «Firmado» sea sí, y si no 0 sea mayor que 3",
    "${monto mod 2 == 0}": "«Monto en pesos» módulo 2 sea 0",
    "${(firmado}": "${(firmado}",
}


@pytest.mark.parametrize("expression", SAID)
def test_a_condition_is_said_with_the_labels_of_its_forms(expression: str) -> None:
    assert in_words(expression, LABELS) == SAID[expression]
