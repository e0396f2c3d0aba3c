"""`cauce plan` as somebody types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from web.cli.root import main
from workflows.loading import seeding
from workflows.loading.workbook import write_workbook

GOLDEN = yaml.safe_load(seeding.demo_bytes())


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("CAUCE_HOME", str(tmp_path / "var"))
    monkeypatch.delenv("CAUCE_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def run(runner: CliRunner, *words: str, answer: str | None = None) -> Result:
    return runner.invoke(main, ["plan", *words], input=answer, prog_name="cauce")


def handed_in() -> bytes:
    """The demo's file as somebody may hand it in: it appoints nobody."""
    text = seeding.demo_bytes().decode()
    for role in ("coordinador_pes, lider_proceso", ", lider_proceso", "administrador"):
        text = text.replace(f"{role}]", "]")
    return text.encode()


@pytest.mark.parametrize("name", ["plan.xlsx", "plan.yaml"])
def test_a_file_is_loaded_and_its_figures_equal_the_golden_ones(typed: CliRunner, name: str) -> None:
    content = handed_in() if name.endswith("yaml") else write_workbook(seeding.demo_plan())
    Path(name).write_bytes(content)

    loaded = run(typed, "import", name, "--yes")
    shown = run(typed, "figures", "--period", "2018-06", "--json")

    assert loaded.exit_code == 0, loaded.output
    found = json.loads(shown.stdout)
    assert found["indicadores"] == GOLDEN["esperados_anio_2_mes_6"]
    levels = {key: found[key] for key in ("objetivos", "lineas", "entidades", "plan")}
    assert levels == GOLDEN["agregados_esperados_anio_2_mes_6"]


def test_a_dry_run_shows_what_would_change_and_writes_nothing(typed: CliRunner) -> None:
    Path("plan.yaml").write_bytes(handed_in())

    tried = run(typed, "import", "plan.yaml", "--dry-run")

    assert "nuevo: Líneas L1" in tried.stdout
    assert "Todavía no hay planes" in run(typed, "figures", "--period", "2018-06").stderr


def test_without_confirmation_nothing_is_loaded(typed: CliRunner) -> None:
    Path("plan.yaml").write_bytes(handed_in())

    assert run(typed, "import", "plan.yaml", answer="n\n").exit_code == 1
    assert "Todavía no hay planes" in run(typed, "figures", "--period", "2018-06").stderr


def test_a_plan_is_moved_to_another_first_year(typed: CliRunner) -> None:
    Path("plan.yaml").write_bytes(handed_in())

    run(typed, "import", "plan.yaml", "--yes", "--first-year", "2020")

    found = json.loads(run(typed, "figures", "--period", "2021-06", "--json").stdout)
    expected = GOLDEN["esperados_anio_2_mes_6"]
    assert found["indicadores"] == expected | {"IP-3.3.1": expected["IP-3.3.1"] | {"ultimo_dato": "2021-02"}}


def test_the_empty_template_is_written_once_and_says_what_to_fill(typed: CliRunner) -> None:
    assert run(typed, "template").exit_code == 0
    assert "ya existe" in run(typed, "template").stderr

    refused = run(typed, "import", "plan.xlsx")

    assert refused.exit_code == 1
    assert "error: Indicadores: La hoja está vacía." in refused.stderr
    assert "Traceback" not in refused.output
