"""What a form finds wrong is told to programs in English too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from web.api import cases, measurements, tasks, unfit
from web.api.shapes import Listing, Shape
from web.english import SENTENCES, in_english

ROOT = Path(__file__).parents[3] / "workflows"
FORMS = ("bounds", "cells", "closing", "notation", "patterns", "reading")
BESIDE = (
    "monitoring/progress.py",
    "indicators/guards.py",
    "approvals/elements.py",
    "approvals/harmonising.py",
    "documents/files.py",
)
SHOWN = {"Panel", "Prefill", "Preview", "Chip", "NotFound", "Message", "lines"}
"""What is read on a page, or answered by another status, is no message at a field."""
NO_MESSAGES = {"prepare", "request_panels", "record"}
READ = {
    "Al avalar, responde por {} y por el presupuesto del mes ante la cabeza de sector.", "En {}.",
    "En {}; programado: {}.", "{} {}: {}.", "Acta de «{}», {}.", "Asistentes: {}.", "En {}{}.",
    "Ya pasó el día hábil 6: lo que devuelva se corrige en el reporte extemporáneo y no detiene lo demás.",
    "Esta encuesta es anónima: no pide su nombre ni guarda su dirección. No escriba datos personales. Sus respuestas "
    "se usan solo para priorizar los temas del plan y se publican sumadas.",
}  # fmt: skip
"""What is read on a page, in code that the above does not tell from the rest."""
MADE_OF_PARTS = {
    "Deje a lo sumo {} archivo{}.", "{} es mucho menos que {} ({}).", "{} es {} {} ({}).",
    "Explique por qué {} de {} a {} frente al dato anterior.", "Este indicador va con {} decimal{} a lo sumo.",
    "Diga por qué en una frase: queda en el acta y en el informe como veredicto contra la cifra.",
}  # fmt: skip
"""Messages whose words are put together: looked at below as they come out."""
SENTENCE = re.compile(r"[«{A-ZÁÉÍÓÚÑ][^\n]* [^\n]*[.?]")


def _template(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return ""


def _said(node: ast.AST) -> Iterator[str]:
    """The sentences in a piece of code, but for docstrings and what is shown."""
    for child in ast.iter_child_nodes(node):
        name = child.func if isinstance(child, ast.Call) else None
        if isinstance(name, ast.Name) and name.id in SHOWN:
            continue
        if isinstance(child, ast.FunctionDef) and (child.name in NO_MESSAGES or "panel" in child.name):
            continue
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        if SENTENCE.fullmatch(found := _template(child)):
            yield found
        elif not isinstance(child, ast.JoinedStr):
            yield from _said(child)


def messages() -> Iterator[tuple[str, str]]:
    files = [
        *(path for path in ROOT.glob("handlers/**/*.py") if "FieldError(" in path.read_text(encoding="utf-8")),
        *(ROOT / "forms" / f"{name}.py" for name in FORMS),
        *(ROOT / name for name in BESIDE),
    ]
    for path in files:
        for sentence in _said(ast.parse(path.read_text(encoding="utf-8"))):
            if sentence not in READ | MADE_OF_PARTS:
                yield path.name, sentence


def test_every_message_at_a_field_is_told_in_english() -> None:
    missing = {one for one in messages() if in_english(one[1].replace("{}", "7")) == one[1].replace("{}", "7")}

    assert missing == set(), "write them into web/english.py, or into READ if no program is told them"


def test_an_english_sentence_quotes_what_the_spanish_one_does() -> None:
    wrong = {spanish for spanish, english in SENTENCES.items() if spanish.count("{}") != english.count("{}")}

    assert wrong == set()


@pytest.mark.parametrize(
    ("spanish", "english"),
    [
        ("Escriba el número.", "A number is required."),
        ("Tiene 1.200 caracteres; el máximo es 500.", "It has 1.200 characters; at most 500 are taken."),
        (
            "90 es 9 veces el último dato (10). Si está bien, diga por qué; si no, corríjalo.",
            "90 is 9 times the last value (10). If it is right, say why; if not, correct it.",
        ),
        ("«x {0} y.exe» está vacío. Revise el archivo y cárguelo de nuevo.", "«x {0} y.exe» is empty."),
        ("5 es mucho menos que lo programado (90).", "5 is much less than what was programmed (90)."),
        ("Deje a lo sumo 1 archivo.", "At most 1 file is taken."),
        ("Deje a lo sumo 20 archivos.", "At most 20 files are taken."),
        ("Este indicador va con 2 decimales a lo sumo.", "This indicator takes 2 decimals at most."),
        (
            "Explique por qué baja de 5 a 3 frente al dato anterior.",
            "Why it falls from 5 to 3 since the value before has to be explained.",
        ),
        (
            "La cifra no dice que cumpla. Diga por qué en una frase: queda en el acta y en el informe como veredicto "
            "contra la cifra.",
            "The figure does not say that it complies: a reason is required.",
        ),
        ("Nadie lo tradujo.", None),
        ("«" + "x" * 5000 + "» está vacío. Revise el archivo y cárguelo de nuevo.", None),
    ],
)
def test_a_sentence_is_told_with_what_it_quotes(spanish: str, english: str | None) -> None:
    assert in_english(spanish) == (english or spanish)


@pytest.mark.parametrize(
    ("shape", "sent"),
    [
        (Listing, {"limit": "x"}), (Listing, {"limit": 0}), (Listing, {"limit": 201}), (Listing, {"limit": 1.5}),
        (Listing, {"cursor": "x" * 401}), (Listing, {"limit": 10**5000}), (Listing, {"otro": 1}),
        (Listing, {"cursor": 1}),
        (tasks.Boxed, {"box": "nada"}), (tasks.Filled, {}), (tasks.Filled, {"values": 1}), (tasks.Filled, 1),
        (cases.Message, {"name": "", "key": "k", "reason": "r"}), (cases.Beginning, {"process": "p", "values": []}),
        (measurements.Report, {"rows": []}), (measurements.Report, {"rows": 1}), (measurements.Report, {"rows": [1]}),
        (measurements.Report, {"rows": [{"indicator": "x", "values": {}}], "send": "quizá"}),
        (measurements.Report, {"rows": [{"indicator": "x", "values": {}, "files": [{}] * 21}]}),
        (measurements.Report, {"rows": [{"indicator": "x", "values": {}}], "send": []}),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_description_is_told_in_both_languages(shape: type[Shape], sent: object) -> None:
    with pytest.raises(ValidationError) as refused:
        shape.model_validate(sent)

    told = unfit.parts(refused.value.errors(include_url=False, include_input=False))

    assert told and all(one.english and one.message not in (one.english, unfit.OTHERWISE) for one in told)
