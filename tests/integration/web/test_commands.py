"""The command line: it teaches, it refuses in one sentence, and what it does can be done again."""

from __future__ import annotations

import mailbox
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.integration.plan.test_sector_book import HABITAT, book
from tests.support.mailbox import mail_server
from web.cli import main
from web.cli.root import opened
from workflows.people import directory
from workflows.shipped import shipped_diagrams


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    for name in ("CAUCE_DATABASE_URL", "CAUCE_DEMO", "CAUCE_SECRET_KEY", "CAUCE_BASE_URL", "CAUCE_SMTP_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CAUCE_HOME", str(tmp_path / "var"))

    def invoke(*arguments: str, typed: str = "", code: int = 0) -> Result:
        result = CliRunner().invoke(main, arguments, input=typed)
        assert result.exit_code == code, result.output
        return result

    return invoke


def test_help_teaches_every_command_in_spanish(run) -> None:  # type: ignore[no-untyped-def]
    text = run("--help").output

    for name in ("serve", "worker", "migrate", "seed", "admin", "plan", "diagrams", "doctor"):
        assert f"  {name}" in text
        assert "Uso:" in run(name, "--help").output
    assert "CAUCE_DATABASE_URL" in text and "Órdenes" in text


def test_auditors_read_who_may_do_what(run) -> None:  # type: ignore[no-untyped-def]
    told = run("access", "matrix").output
    table = run("access", "matrix", "--csv").output.splitlines()

    assert "tarea: reasignar\n  ✎ cambia: administración del sector, coordinación\n" in told
    assert table[0].startswith("objeto,administración de la instalación,") and table[0].endswith(",páginas")
    assert any(line.startswith("incidente,—,") and "incidents.cancel" in line for line in table)


def test_an_installation_from_nothing_to_the_first_sign_in(run) -> None:  # type: ignore[no-untyped-def]
    run("migrate")
    run("seed")
    created = run("admin", "create", "ana", "--name", "Ana Páez", typed="una frase larga\nuna frase larga\n\n")
    listed = run("diagrams", "list").output

    assert "«ana» ya puede ingresar" in created.output
    assert "f5_ciclo_mensual  v1" in listed
    assert "Todo está en orden" in run("doctor").output


def test_what_was_done_can_be_done_again(run) -> None:  # type: ignore[no-untyped-def]
    for _ in range(2):
        run("migrate")
        run("seed")
        run("admin", "create", "ana", "--password-stdin", typed="una frase larga\n")

    assert "v2" not in run("diagrams", "list").output


def test_a_weak_password_is_refused_in_one_sentence(run) -> None:  # type: ignore[no-untyped-def]
    result = run("admin", "create", "ana", "--password-stdin", typed="corta\n", code=1)

    assert "al menos 12 caracteres" in result.output
    assert "Traceback" not in result.output


def test_the_demo_is_served_to_this_machine_only(run) -> None:  # type: ignore[no-untyped-def]
    result = run("serve", "--demo", "--host", "0.0.0.0", code=2)

    assert "solo se sirve en esta máquina" in result.output


def test_a_wrong_setting_is_named(run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("CAUCE_BASE_URL", "cauce")

    assert "CAUCE_BASE_URL" in run("doctor", code=1).output


def test_doctor_says_that_the_tables_are_missing(run) -> None:  # type: ignore[no-untyped-def]
    assert "cauce migrate" in run("doctor", code=1).output


def test_a_changed_diagram_is_published_with_a_reason_and_an_unchanged_one_is_not(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    run("seed")
    run("admin", "create", "ana", "--password-stdin", typed="una frase larga\n")
    diagram = next(xml for xml in shipped_diagrams() if b'id="f5_ciclo_mensual"' in xml)
    file = tmp_path / "mensual.bpmn"
    options = ("--reason", "Prueba", "--as", "ana")

    file.write_bytes(diagram)
    assert "ninguno recibió otra versión" in run("diagrams", "publish", str(file), *options).output
    file.write_bytes(diagram.replace(b'name="Seguimiento mensual"', b'name="Seguimiento de cada mes"'))
    assert "versión 2" in run("diagrams", "publish", str(file), *options).output


def test_a_broken_diagram_publishes_nothing(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    run("seed")
    run("admin", "create", "ana", "--password-stdin", typed="una frase larga\n")
    file = tmp_path / "roto.bpmn"
    file.write_text("<no es un diagrama>")

    result = run("diagrams", "publish", str(file), "--reason", "Prueba", "--as", "ana", code=1)

    assert "Traceback" not in result.output
    assert "v2" not in run("diagrams", "list").output


def test_of_two_sectors_the_one_that_somebody_administers_is_said(run) -> None:  # type: ignore[no-untyped-def]
    run("sector", "create", "gob", "Gobierno")
    run("admin", "create", "ana", "--password-stdin", typed="una frase larga\n")
    made = run("sector", "create", "HAB", "Hábitat")
    repeated = run("sector", "create", "HAB", "Otro", code=1)
    run("admin", "create", "sistemas", "--password-stdin", typed="una frase larga\n")
    unknown = run("admin", "create", "helena", "--sector", "X", "--password-stdin", typed="una frase larga\n", code=1)
    run("admin", "create", "helena", "--sector", "HAB", "--password-stdin", typed="una frase larga\n")

    assert "cauce admin create USUARIO --sector HAB" in made.output
    assert "Ya hay un sector HAB · Hábitat." in repeated.output
    assert "No hay un sector «X»." in unknown.output
    with opened() as application, application.database.reading() as session:
        assert directory.actor(session, "sistemas").groups == {"administrador_instalacion"}
        assert directory.actor(session, "helena").groups == {"administrador@HAB"}
        assert directory.person(session, "sistemas").entity_code is None
    assert run("sector", "list").output == "GOB · Gobierno\nHAB · Hábitat\n"


def test_who_administered_before_there_was_a_sector_administers_the_first(run) -> None:  # type: ignore[no-untyped-def]
    run("admin", "create", "ana", "--password-stdin", typed="una frase larga\n")
    run("sector", "create", "HAB", "Hábitat")

    with opened() as application, application.database.reading() as session:
        assert directory.actor(session, "ana").groups == {"administrador@HAB", "administrador_instalacion"}


def test_a_sector_comes_from_a_workbook_after_saying_what_would_change(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file, wrong = tmp_path / "sector.xlsx", tmp_path / "mal.xlsx"
    file.write_bytes(book(HABITAT))
    wrong.write_bytes(book({"Sector": [("H", "Hábitat", None, None)]}))

    tried = run("sector", "load", str(file), "--dry-run").output
    none_yet = run("sector", "list").output
    loaded = run("sector", "load", str(file), "--yes").output
    again = run("sector", "load", str(file), "--yes").output
    refused = run("sector", "load", str(wrong), "--yes", code=1).output
    run("sector", "template", str(tmp_path / "vacio.xlsx"))

    assert "nuevo: Personas vlopez" in tried and none_yet == ""
    assert "Sector HAB cargado" in loaded
    assert "Nada cambia" in again
    assert "Sector, fila 2, Código" in refused
    assert run("sector", "list").output == "HAB · Hábitat\n"


def test_a_mail_is_sent_to_see_whether_mails_leave(run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    # Given a mail server that takes one address and refuses another
    run("migrate")
    with mail_server() as box:
        box.refuses["nadie@demo.example"] = "550 5.1.1 No such user"
        monkeypatch.setenv("CAUCE_SMTP_URL", box.url)

        # When the trial is sent to both
        good = run("mail", "test", "ana@demo.example")
        bad = run("mail", "test", "nadie@demo.example", code=1)

        # Then the first arrived, and of the second it is said what the server answered
        [mail] = box.to("ana@demo.example")
    assert "El servidor recibió el correo" in good.output and mail["Subject"] == "Prueba de correo de Cauce"
    assert "550 5.1.1 No such user" in bad.output


def test_notices_of_mails_that_came_back_are_taken_from_a_mailbox_or_the_input(  # type: ignore[no-untyped-def]
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("migrate")
    folder = tmp_path / "devueltos"
    mailbox.Maildir(folder, create=True).add(b"Subject: hola\r\n\r\nLlego tarde.")

    first, second = run("mail", "bounces", str(folder)), run("mail", "bounces", str(folder))
    typed, wrong = run("mail", "bounces", "-", typed="Subject: hola\n\n"), run("mail", "bounces", str(tmp_path), code=1)

    nowhere = run("mail", "bounces", code=2)
    monkeypatch.setenv("CAUCE_BOUNCES", str(folder))
    configured = run("mail", "bounces")

    assert "CAUCE_BOUNCES" in nowhere.output and "Ningún aviso nuevo." in configured.output
    assert "1 no es un aviso de correo devuelto." in first.output and "Ningún aviso nuevo." in second.output
    assert "no es un aviso de correo devuelto." in typed.output and "no es una carpeta Maildir" in wrong.output
