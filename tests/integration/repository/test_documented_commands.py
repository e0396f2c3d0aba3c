"""The commands that the documents tell people to type are typed here, in an installation of their own."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import dev
from tests.support.remote import BROKEN, STARTS_WITHIN_S, free_port
from web.cli import main

ROOT = Path(__file__).parents[3]
DOCUMENTS = (
    "README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/deployment.md", "docs/fifteen-minutes.md", "docs/settings.md",
    "docs/guia/README.md", "docs/guia/administracion.md", "docs/guia/coordinacion.md", "docs/guia/procesos.md",
    "docs/guia/tareas.md", "docs/guia/traer-un-diagrama.md", "docs/guia/casos-en-curso.md",
    "docs/guia/tablas-de-decision.md",
)  # fmt: skip

TYPED = (
    "cauce --help",
    "cauce",
    "cauce migrate",
    "cauce seed",
    "cauce admin create",
    "cauce admin create ana",
    "cauce plan template",
    "cauce sector template",
    "cauce doctor",
    "cauce doctor --waits",
    "cauce diagrams check",
    "cauce access matrix",
    "cauce backup copia.zip",
    "cauce backup verify copia.zip",
    "cauce audit head --to cabezas.txt",
    "cauce audit verify",
    "cauce audit verify --anchor cabezas.txt",
    "cauce search rebuild",
    "cauce cases export casos.xes",
    "cauce cases --help",
)
"""What is typed, in this order, in one installation."""

SERVING = ("cauce serve", "cauce serve --no-worker")
"""What goes on until it is stopped; then, over the same database, `cauce worker`."""

COMPLETED = {
    "cauce": "cauce --help",
    "cauce admin create": "cauce admin create eva",
    "cauce diagrams check": f"cauce diagrams check {ROOT / 'bpmn' / 'sub_mesa.bpmn'}",
    "cauce plan template": "cauce plan template plantilla.xlsx",
}
"""What is typed where the document leaves something to whoever reads it."""

ELSEWHERE = {
    "cauce serve --processes N": "tests/e2e/test_serving.py",
    "cauce serve --demo": "tests/e2e/test_killed.py",
    'cauce sector create HAB "Hábitat"': "tests/integration/web/test_commands.py",
    'cauce admin create helena --sector HAB --entity SDHT --entity-name "Secretaría del Hábitat"': (
        "tests/integration/web/test_commands.py"
    ),
    "cauce sector load sector.xlsx": "tests/integration/web/test_commands.py",
    "cauce plan import habitat.xlsx --sector HAB": "tests/integration/web/test_commands.py",
    "cauce mail bounces CARPETA": "tests/integration/web/test_commands.py",
    "cauce mail bounces -": "tests/integration/web/test_commands.py",
    "cauce mail bounces": "tests/integration/web/test_commands.py",
    "cauce restore copia.zip": "tests/integration/web/test_backups.py",
    "cauce cases start PROCESO --plan PES-GOB --var entidad=IDPAC --as ana": "tests/integration/web/test_starting.py",
    "cauce simulate --years 4": "tests/e2e/test_simulation.py",
    "cauce simulate --faults --seed 1 --seeds 20": "tests/e2e/test_faults.py",
    'cauce migrate --new "message"': "tests/integration/web/test_migrations.py",
    "cauce diagrams import tramite.bpmn --json": "tests/integration/web/test_diagram_commands.py",
    "cauce cases list --process sub_reporte_entidad": "tests/integration/web/test_managing_cases.py",
    "cauce cases show 12": "tests/integration/web/test_managing_cases.py",
    "cauce cases migrate --process sub_reporte_entidad --version 1 --as ana --dry-run": (
        "tests/integration/web/test_managing_cases.py"
    ),
    "cauce decisions check tabla.dmn": "tests/integration/web/test_decision_commands.py",
    "cauce decisions evaluate tabla.dmn --var semaforo=Rojo": "tests/integration/web/test_decision_commands.py",
    "python -m tests.diagrams.pictures": "tests/diagrams/test_drawings.py",
    "pip show cauce": "tests/unit/repository/test_locked.py",
}
"""What another test runs, or looks at what it leaves."""

NOT_HERE = {
    "python -m benchmarks.restoring": "takes minutes",
    "apt-get": "changes the machine",
    "useradd": "changes the machine",
    "python3 -c 'import secrets": "is Python alone; tests/unit/web/test_config.py takes what it prints",
    "systemctl": "needs systemd and root",
    "python3 -m venv /srv/cauce/venv": "writes outside the folder",
    "/srv/cauce/venv/bin/pip": "writes outside the folder; the lock is tested by tests/unit/repository/test_locked.py",
    "pip download": "needs the network",
    "pip wheel": "needs the network",
    "cp requirements/run.txt wheels/": "belongs to the wheels, that need the network",
}
"""What no test runs, by its beginning, and why."""


def commands(document: str) -> Iterator[str]:
    """The lines of shell blocks, and commands within the text, of one document."""
    text = (ROOT / document).read_text(encoding="utf-8")
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            yield re.sub(r"\s+#.*", "", line).strip()
    plain = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    yield from re.findall(r"`((?:cauce |python3? |pip |apt-get )[^`]*|cauce)`", plain)


FOUND = {line: document for document in DOCUMENTS for line in commands(document) if line}


@pytest.mark.parametrize("line", sorted(FOUND))
def test_each_command_in_the_documents_is_run_or_has_its_reason_not_to_be(line: str) -> None:
    if setting := re.fullmatch(r"(CAUCE_\w+)=\S+", line):
        assert f"`{setting[1]}`" in (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    elif of_dev := re.fullmatch(r"(?:[A-Z_]+=1 )*python3 dev\.py (\w+)(.*)", line):
        assert f"dev.py {of_dev[1]} " in dev.USAGE  # which runs what runs this
    elif line in ELSEWHERE:
        assert (ROOT / ELSEWHERE[line]).is_file()
    else:
        known = line in (*TYPED, *SERVING, "cauce worker") or line.startswith(tuple(NOT_HERE))
        assert known, f"{FOUND[line]}: run it here, or say why not"


def test_what_is_listed_here_stands_in_a_document() -> None:
    listed = {*TYPED, *SERVING, "cauce worker", *ELSEWHERE}

    assert listed - set(FOUND) == set()
    assert [start for start in NOT_HERE if not any(line.startswith(start) for line in FOUND)] == []


def test_an_installation_is_made_by_what_the_documents_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    environment = {"CAUCE_HOME": str(tmp_path / "var")}

    for line in TYPED:
        words = shlex.split(COMPLETED.get(line, line))[1:]
        said = CliRunner(env=environment).invoke(main, words, input="una frase que recuerdo\n" * 2 + "\n")
        assert said.exit_code == 0, f"{line}: {said.output}"
    for line in SERVING:
        _served(shlex.split(COMPLETED.get(line, line))[1:], environment)
    _stopped(_begun(["worker"], environment))

    assert (tmp_path / "var" / "cauce.sqlite").is_file() and (tmp_path / "plantilla.xlsx").is_file()


def _served(words: list[str], environment: dict[str, str]) -> None:
    """Start what serves, wait until it answers, stop it as Ctrl+C would."""
    port = free_port()
    process = _begun([*words, "--port", str(port)], environment)
    limit = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < limit and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/salud", timeout=5) as answer:
                assert answer.status == 200
                break
        except BROKEN:
            time.sleep(0.05)
    _stopped(process)


def _begun(words: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "from web.cli import main; main()", *words]
    return subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def _stopped(process: subprocess.Popen[bytes]) -> None:
    """Wait for its first word, then end it: it must still have been there, and end in good order."""
    assert process.stdout is not None
    first = process.stdout.readline().decode()
    assert process.poll() is None, first + process.stdout.read().decode()
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=STARTS_WITHIN_S)[0].decode()
    assert process.returncode == 0, first + told
