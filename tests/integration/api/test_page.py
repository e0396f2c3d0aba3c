"""The page on the API is run, block by block, against a real server; so is the example it names."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from werkzeug.serving import make_server

from notifications.webhooks import signing
from tests.support.programs import program
from tests.support.web import Site

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "docs" / "examples" / "report_month.py"
JUNE, PLAN = "2018-06", "PES-GOB"


@pytest.fixture
def address(office: Site) -> Iterator[str]:
    """Where the site listens on this machine."""
    server = make_server("127.0.0.1", 0, office.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _sheet(path: Path, codes: list[str], value: object) -> Path:
    book = openpyxl.Workbook()
    proof = path.parent / "soporte.csv"
    proof.write_text("indicador;valor\n", encoding="utf-8")
    sheet = book.active
    assert sheet is not None
    told = ("Se hizo lo previsto.", "2018-06-30", "Faltó un contrato.", "Es lo que hubo.", str(proof))
    columns = ("avance_cualitativo", "fecha_evidencia", "justificacion_rezago", "motivo_rango", "soporte")
    sheet.append(["indicador", "valor_periodo", *columns])
    for code in codes:
        sheet.append([code, value, *told])
    book.save(path)
    return path


def _run(address: str, token: str, sheet: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CAUCE_URL": address, "CAUCE_TOKEN": token}
    return subprocess.run(
        [sys.executable, str(EXAMPLE), PLAN, JUNE, str(sheet)], env=environment, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip


def test_what_the_page_says_is_done(office: Site, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAUCE_URL", address)
    monkeypatch.setenv("CAUCE_TOKEN", program(office, "sruiz").token)
    told: dict[str, object] = {}

    for number, block in enumerate(re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)):
        exec(compile(block, f"api.md, block {number}", "exec"), told)

    told["program"].close()  # type: ignore[attr-defined]
    assert told["plan"] == PLAN and len(told["indicators"]) > 20 and told["months"][0]["code"] == JUNE  # type: ignore[arg-type,index]
    assert told["kept"].status_code == 200 and told["happened"] and told["later"]  # type: ignore[attr-defined]
    assert told["refused"].headers["Content-Type"] == "application/problem+json"  # type: ignore[attr-defined]
    assert told["refused"].status_code == 404 and told["wrong"] == "cursor"  # type: ignore[attr-defined]
    signed = signing.headers("whsec_c2VjcmV0bw==", "msg_1", int(time.time()), b"{}")
    assert told["is_from_cauce"]("whsec_c2VjcmV0bw==", signed, b"{}")  # type: ignore[operator]
    assert not told["is_from_cauce"]("whsec_c2VjcmV0bw==", signed, b"{ }")  # type: ignore[operator]


def test_the_page_names_every_operation_and_scope(office: Site) -> None:
    described = office.app.test_client().get("/api/v1/openapi.json").json
    there = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in described["paths"].items()
        for method in methods
    }

    named = set(re.findall(r"^\| `(\w+) ([^`?]+)", PAGE, re.MULTILINE))

    assert named == there
    scopes = {one["security"][0]["token"][0] for path in described["paths"].values() for one in path.values()}
    assert scopes <= set(re.findall(r"`(\w+:\w+)`", PAGE))


def test_a_month_is_reported_from_a_sheet_and_twice_is_once(office: Site, address: str, tmp_path: Path) -> None:
    reporter = program(office, "sruiz")
    task = reporter.get("/tasks")["items"][0]
    codes = [row["_fila"] for row in reporter.get(f"/tasks/{task['id']}/form")["values"]["avances"]]

    wrong = _run(address, reporter.token, _sheet(tmp_path / "mal.xlsx", codes, "mucho"))
    first = _run(address, reporter.token, _sheet(tmp_path / "mes.xlsx", codes, 1))
    again = _run(address, reporter.token, tmp_path / "mes.xlsx")

    assert wrong.returncode == 1 and f"rows.{codes[0]}.valor_periodo" in wrong.stderr
    assert first.returncode == 0, first.stderr
    assert again.returncode == 0 and again.stdout == first.stdout
    kept = reporter.all(f"/plans/{PLAN}/measurements?period={JUNE}")
    assert {one["indicator"]: one["value"] for one in kept if one["reported_by"] == "sruiz"} == dict.fromkeys(
        codes, "1"
    )
    assert {line.split("\t")[0] for line in first.stdout.splitlines()} >= set(codes)
