"""`cauce decisions`: a file of tables is checked and evaluated, and published beside diagrams."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support.decisions import alone
from tests.support.web import Site
from web import migrating
from web.cli import main

GOOD = alone("U", "monto:number", "nivel:string", ['> 100 | "alto"', '<= 100 | "bajo"'], id="nivel_de_riesgo")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bien.dmn").write_bytes(GOOD)
    (tmp_path / "mal.dmn").write_bytes(alone("U", "x:number", "y:number", ["> 1 | 1", "> 2 | 2"]))
    (tmp_path / "datos.json").write_text('{"monto": 101}', encoding="utf-8")
    return tmp_path


def test_a_file_is_checked(folder: Path) -> None:
    fine = CliRunner().invoke(main, ["decisions", "check", str(folder / "bien.dmn")])
    wrong = CliRunner().invoke(main, ["decisions", "check", str(folder / "mal.dmn"), "--json"])

    assert (fine.exit_code, fine.output.strip()) == (0, "Nada que corregir.")
    assert wrong.exit_code == 1
    assert {one["regla"] for one in json.loads(wrong.output)["findings"]} == {"overlap", "gap"}


def test_a_file_is_evaluated(folder: Path) -> None:
    said = CliRunner().invoke(main, ["decisions", "evaluate", str(folder / "bien.dmn"), "--var", "monto=100"])
    told = CliRunner().invoke(
        main, ["decisions", "evaluate", str(folder / "bien.dmn"), "--vars", str(folder / "datos.json"), "--json"]
    )

    assert said.output.strip() == 'nivel_de_riesgo = "bajo"'
    assert json.loads(told.output) == {"nivel_de_riesgo": "alto"}


def test_a_file_is_published_and_listed(site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAUCE_DATABASE_URL", site.application.database.url.render_as_string(hide_password=False))
    monkeypatch.setattr(migrating, "migrate", lambda database: None)  # the site's tables are made otherwise
    by = ["--as", "amartinez", "--reason", "primera"]

    refused = CliRunner().invoke(main, ["diagrams", "publish", str(folder / "mal.dmn"), *by])
    done = CliRunner().invoke(main, ["diagrams", "publish", str(folder / "bien.dmn"), *by])
    listed = CliRunner().invoke(main, ["decisions", "list"])

    assert refused.exit_code == 1 and "se cumplen a la vez" in refused.output
    assert done.exit_code == 0, done.output
    assert "nivel_de_riesgo  v1" in listed.output and "primera" in listed.output
