"""`cauce diagrams check` and `import`, as a person runs them."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from web.cli import main

DRAWN_ELSEWHERE = """<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x"><process id="tramite">
<task id="radicar" name="Radicar"/><exclusiveGateway id="cumple" name="¿Cumple?"/><task id="devolver" name="Devolver"/>
<sequenceFlow id="a" sourceRef="radicar" targetRef="cumple"/><endEvent id="fin"/>
<sequenceFlow id="b" name="No" sourceRef="cumple" targetRef="devolver"/>
<sequenceFlow id="c" name="Sí" sourceRef="cumple" targetRef="fin"/></process></definitions>"""


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["diagrams", *words])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tramite.bpmn"
    path.write_text(DRAWN_ELSEWHERE, encoding="utf-8")
    return path


def test_a_shipped_diagram_has_nothing_to_mend() -> None:
    with resources.as_file(resources.files("bpmn") / "sub_reporte_entidad.bpmn") as shipped:
        result = run("check", str(shipped))

    assert (result.exit_code, result.output) == (0, "Nada que corregir.\n")


def test_findings_are_told_and_the_exit_code_says_so(file: Path) -> None:
    result = run("check", str(file), "--json")

    findings = json.loads(result.output)["findings"]
    assert result.exit_code == 1
    assert set(findings[0]) == {"severity", "element", "rule", "message", "fix", "consequences"}
    every = [*findings, *(following for finding in findings for following in finding["consequences"])]
    assert {"start", "supported", "default_flow"} <= {finding["rule"] for finding in every}
    assert "error [cumple]: " in run("check", str(file)).output


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html/>", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"])
def test_what_cannot_be_read_ends_with_two_and_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "raro.bpmn"
    path.write_bytes(content)

    for order in ("check", "import"):
        result = run(order, str(path))
        assert result.exit_code == 2
        assert result.output.strip().endswith(".") and "\n" not in result.output.strip()


def test_an_imported_diagram_is_saved_with_its_forms_and_what_was_done_is_told(file: Path, tmp_path: Path) -> None:
    output = tmp_path / "listo" / "tramite.bpmn"

    result = run("import", str(file), "--output", str(output), "--json")

    told = json.loads(result.output)
    assert result.exit_code == 0
    assert {"start", "missing_condition", "form", "deadline"} <= {repair["rule"] for repair in told["repairs"]}
    assert [question["rule"] for question in told["questions"]] == ["role"]
    assert {path.stem for path in (output.parent / "forms").iterdir()} == set(told["forms"])
    errors = [
        one for one in json.loads(run("check", str(output), "--json").output)["findings"] if one["severity"] == "error"
    ]
    assert errors == []


def test_without_an_output_it_only_tells(file: Path, tmp_path: Path) -> None:
    result = run("import", str(file))

    assert re.search(r"pregunta \[role:\w+\]: ¿Qué rol hace", result.output)
    assert list(tmp_path.iterdir()) == [file]


def test_answers_are_done_and_one_that_nothing_asks_for_is_told(file: Path, tmp_path: Path) -> None:
    (question,) = json.loads(run("import", str(file), "--json").output)["questions"]
    answers = tmp_path / "respuestas.json"
    answers.write_text(json.dumps({question["key"]: "enlace_planeacion", "timer:nada": "5dh"}), encoding="utf-8")

    told = json.loads(run("import", str(file), "--answers", str(answers), "--json").output)
    answers.write_text("[1]", encoding="utf-8")
    refused = run("import", str(file), "--answers", str(answers))

    assert (question["kind"], told["questions"], told["unused_answers"]) == ("rol", [], ["timer:nada"])
    assert (refused.exit_code, refused.output.startswith("Las respuestas se escriben como")) == (2, True)
