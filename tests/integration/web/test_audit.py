"""The *bitácora* on screen, as a table and on the command line; what pages write into it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from tests.support.web import Site
from web.acts import ACTS
from web.cli import main
from workflows.auditing.models import AuditEntry


def _entries(site: Site, action: str) -> list[AuditEntry]:
    with site.application.database.reading() as session:
        query = sa.select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)
        return list(session.scalars(query))


def _link_all(site: Site) -> None:
    (act,) = (act for act in ACTS if act.kind == "audit_chain")
    act.run(site.application)


def test_signing_in_and_failing_to_are_written_down_with_where_from_and_no_unknown_name(office: Site) -> None:
    office.visitor().sign_in("sruiz", "otra cosa", status=422)
    office.visitor().sign_in("mi-clave-por-error", "x", status=422)
    office.visitor("sruiz")

    told = [(one.actor_id, one.object_id, str(one.outcome)) for one in _entries(office, "ingresar")]

    assert told == [
        ("sistema", "sruiz", "rechazado"), ("sistema", "desconocida", "rechazado"), ("sruiz", "sruiz", "hecho"),
    ]  # fmt: skip
    last = _entries(office, "ingresar")[-1]
    assert last.personal == {"direccion": "127.0.0.1"} and last.request


def test_who_tries_what_they_may_not_is_written_down(office: Site) -> None:
    visitor = office.visitor("sruiz")

    visitor.open("/personas/", status=403)

    (tried,) = _entries(office, "abrir")
    assert (tried.actor_id, tried.object_id, tried.outcome) == ("sruiz", "/personas/", "rechazado")
    assert tried.request == visitor.last.headers["X-Request-ID"]  # type: ignore[union-attr]


def test_the_trail_is_looked_through_by_person_act_object_and_day(office: Site) -> None:
    office.visitor().sign_in("sruiz", "otra cosa", status=422)
    administrator = office.visitor("admin")

    administrator.open("/bitacora/?quien=admin&accion=ingresar")
    mine = administrator.page().xpath("//tbody/tr")
    administrator.open("/bitacora/?resultado=rechazado&desde=2018-07-06&hasta=2018-07-06")
    refused = administrator.page().xpath("//tbody/tr")
    administrator.open("/bitacora/?hasta=2018-07-05&objeto=sruiz")

    assert len(mine) == 1 and "ingresar" in mine[0].text_content()
    assert len(refused) == 1 and "sruiz" in refused[0].text_content()
    assert "Nada coincide" in administrator.text()


def test_a_filter_that_makes_no_sense_counts_as_not_asked(office: Site) -> None:
    administrator = office.visitor("admin")

    administrator.open("/bitacora/?desde=ayer&hasta=9999-12-31&resultado=quizás&antes=x")

    assert "ingresar" in administrator.text()


def test_taking_the_trail_along_is_written_down_and_needs_the_right(office: Site) -> None:
    administrator = office.visitor("admin")
    office.visitor("sruiz").open("/bitacora/", status=403)

    rows = list(csv.DictReader(io.StringIO(administrator.client.get("/bitacora/bitacora.csv?accion=ingresar").text)))

    assert {row["accion"] for row in rows} == {"ingresar"} and rows[0]["fecha"].endswith("-05:00")
    (taken,) = _entries(office, "exportar")
    assert (taken.actor_id, taken.after) == ("admin", {"filtro": {"accion": "ingresar"}})


def test_the_command_line_verifies_and_names_what_was_changed(
    office: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Given a linked trail whose head was put aside
    office.visitor("admin")
    _link_all(office)
    monkeypatch.setenv("CAUCE_HOME", str(office.application.config.home))
    anchor = tmp_path / "cabezas.txt"
    assert CliRunner().invoke(main, ["audit", "head", "--to", str(anchor)]).exit_code == 0
    sound = CliRunner().invoke(main, ["audit", "verify", "--anchor", str(anchor)])

    # When somebody changes an entry behind Cauce's back
    with office.application.database.unit_of_work() as session:
        first = session.scalars(sa.select(sa.func.min(AuditEntry.id))).one()
        session.execute(sa.update(AuditEntry).where(AuditEntry.id == first).values(actor_id="nadie"))
    altered = CliRunner().invoke(main, ["audit", "verify"])

    # Then it is named
    assert sound.exit_code == 0 and "está como se escribió" in sound.output
    assert altered.exit_code == 1 and f"La entrada {first} " in altered.output


def test_what_is_no_file_of_heads_is_refused_in_a_sentence(
    office: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "otro.txt").write_text("hola\n")
    monkeypatch.setenv("CAUCE_HOME", str(office.application.config.home))

    done = CliRunner().invoke(main, ["audit", "verify", "--anchor", str(tmp_path / "otro.txt")])

    assert done.exit_code == 1 and "no es un archivo de cabezas" in done.output
