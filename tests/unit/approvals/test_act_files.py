"""A legal office's template is data: what is listed may stand in it, and nothing that is called."""

from __future__ import annotations

import io

import docx
import pytest

from workflows.approvals import act_files

WHOLE = (
    "{%p for uno in considerandos %}", "{{ uno }}", "{%p endfor %}",
    "{%p for uno in articulos %}", "{{ uno }}", "{%p endfor %}",
)  # fmt: skip


def template(*paragraphs: str, header: str = "") -> bytes:
    document = docx.Document()
    for one in paragraphs:
        document.add_paragraph(one)
    document.sections[0].header.paragraphs[0].text = header
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def words(content: bytes) -> list[str]:
    return [one.text for one in docx.Document(io.BytesIO(content)).paragraphs if one.text]


def test_the_template_to_begin_with_makes_an_act_and_typed_text_stays_text() -> None:
    values = act_files.sample() | {
        "tipo": "Resolución {{ 7*7 }}", "numero": "012", "considerandos": ["Que <b> & {% if %}.", "Dos."]
    }  # fmt: skip

    made = words(act_files.render(act_files.example(), values))

    assert act_files.check(act_files.example()) == []
    assert made[0].startswith("Resolución {{ 7*7 }} 012 de")
    assert made[5:7] == ["Que <b> & {% if %}.", "Dos."]


def test_a_mark_in_the_header_counts_and_a_condition_shows_what_is_a_draft() -> None:
    content = template(*WHOLE, "{% if es_proyecto %}PROYECTO{% endif %}", header="{{ entidad }}")

    made = act_files.render(content, act_files.sample() | {"es_proyecto": True, "entidad": "Secretaría"})

    assert act_files.check(content) == []
    assert "PROYECTO" in words(made)
    assert docx.Document(io.BytesIO(made)).sections[0].header.paragraphs[0].text == "Secretaría"
    assert "otra" in act_files.check(template(*WHOLE, header="{{ otra }}"))[0]


@pytest.mark.parametrize(
    "mark",
    [
        "{{ plan.__class__ }}", "{{ plan['x'] }}", "{{ ''.join(plan) }}", "{{ plan | upper }}", "{{ 7*7 }}",
        "{{ otra }}",
        "{% for a in range(9) %}{% endfor %}", "{% set a = 1 %}", "{% include 'x' %}", "{% if plan %}", "{{ plan",
        "{% macro a() %}{% endmacro %}", "{{ self }}",
    ],
)  # fmt: skip
def test_whatever_is_more_than_a_variable_is_refused_in_a_sentence(mark: str) -> None:
    assert act_files.check(template(*WHOLE, mark))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (template("Un acto sin artículos"), "considerandos"),
        (b"PK\x03\x04nada", "no es un documento de Word"),
        (b"", "no es un documento de Word"),
        (b"0" * 5_000_001, "más de 5 MB"),
    ],
)
def test_what_is_no_template_of_an_act_says_why(content: bytes, sentence: str) -> None:
    assert sentence in act_files.check(content)[0]
