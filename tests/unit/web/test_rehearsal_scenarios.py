"""What a replay of a rehearsal differs in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from web.rehearsals.order import ANSWER, PASS, WALKED, Act, Happening, Mail, Order, Told
from web.rehearsals.scenarios import expected, judge

TOLD = Told(
    root="Seguimiento mensual", began="2018-08-01", until="2018-08-10", working_days=7, ended=True,
    happenings=[Happening("2018-08-01", "Cauce abrió el proceso.")], mails=[Mail("2018-08-01", "Ana", "Algo", "Texto")],
    path=["Reportar avance", "Validar reporte", "Validar reporte"], missed=["Corregir avance"],
    decisions={"¿Avalado?": ["Sí"]}, waits=[], deadlines={"Reportar avance": [5]},
)  # fmt: skip


def test_the_same_story_is_the_same() -> None:
    verdict = judge("normal", expected(TOLD), TOLD)

    assert verdict.is_same


@pytest.mark.parametrize(
    ("change", "sentence", "stuck"),
    [
        ({"path": ["Reportar avance"]}, "Ya no pasa por «Validar reporte».", False),
        ({"path": [*TOLD.path, "Corregir avance"]}, "Ahora pasa por «Corregir avance».", False),
        ({"path": TOLD.path[:2]}, "Por «Validar reporte» pasaba 2 veces, y ahora una vez.", False),
        ({"decisions": {"¿Avalado?": ["No"]}}, "¿Avalado?: antes Sí; ahora No.", False),
        ({"working_days": 1}, "Duraba 7 días hábiles; ahora, 1 día hábil.", False),
        ({"deadlines": {"Reportar avance": [6]}}, "«Reportar avance» tenía 5 días hábiles de plazo; ahora, 6", False),
        ({"mails": []}, "Salían 1 correos; ahora, 0.", False),
        ({"ended": False, "waits": ["Espera un mensaje."]}, "Antes terminaba, y ahora no. Espera un mensaje.", True),
        ({"stopped": "«X» no se pudo enviar."}, "Se detuvo: «X» no se pudo enviar.", True),
    ],
)
def test_each_difference_is_said_and_only_what_no_longer_ends_is_stuck(change, sentence, stuck) -> None:  # type: ignore[no-untyped-def]
    verdict = judge("normal", expected(TOLD), replace(TOLD, **change))

    assert any(one.startswith(sentence) for one in verdict.differences)
    assert verdict.stuck is stuck


def test_what_is_asked_and_told_survives_being_kept() -> None:
    order = Order("devuelve", {"validar": {"decision": "no"}})
    walked = Order(
        WALKED, {}, (Act(ANSWER, "mes", "validar", "SDG", {"decision": "no"}), Act(PASS, days=3)), ("validar",)
    )

    assert Order.of(order.as_json()) == order
    assert Order.of(walked.as_json()) == walked
    assert Told.of(TOLD.as_json()) == TOLD
