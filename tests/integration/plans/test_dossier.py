"""Every record of a plan has its page; meetings are found by type, day, entity and word; the guide says where it is."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json

import openpyxl
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from engine.instances.models import Instance
from tests.support.plan import PLAN
from tests.support.web import Site
from web.cli.root import main
from workflows import guide
from workflows.lifecycle.dossier import answering, reading
from workflows.lifecycle.dossier.reading import Sought
from workflows.meetings.models import Meeting
from workflows.prioritization.models import SwotEntry

ATTENDED = [{"persona": "Ricardo Mora", "entidad": "IDPAC"}, {"persona": "Camila Vega", "entidad": "SDG"}]


@pytest.fixture
def held(site: Site) -> Site:
    """Two meetings of the plan: one of awareness with approved minutes, one of May that is being reviewed."""
    with site.application.database.unit_of_work() as session:
        case = session.scalars(sa.select(Instance.id)).first()
        for kind, topic, state, day, people in (
            ("sensibilizacion", "Ejercicio de sensibilización", "aprobada", dt.date(2018, 3, 5), ATTENDED),
            ("seguimiento", "Mesa de seguimiento de mayo de 2018", "en_revision", dt.date(2018, 6, 15), ATTENDED[:1]),
        ):
            session.add(
                Meeting(
                    plan_code=PLAN, instance_id=case, kind=kind, topic=topic, state=state, held_on=day,
                    technique="grupo_focal", attendance=people, decisions=[{"decision": "Sembrar =1+1 árboles"}],
                )
            )  # fmt: skip
    return site


def test_each_kind_of_record_can_be_read_and_its_columns_are_those_of_its_statement(held: Site) -> None:
    with held.application.database.reading() as session:
        counts = reading.counts(session, PLAN)
        for key, kind in reading.KINDS.items():
            rows = session.execute(kind.read(PLAN)).all()
            assert len(rows) == counts[key], key
            assert all(len(row) == len(kind.columns) for row in rows), key
            assert [len(row) for row in reading.find(session, PLAN, kind).rows] == [len(kind.columns)] * len(rows)

    assert counts["mesas"] == 2
    assert counts["indicadores"] == 28


def test_meetings_are_found_by_type_day_entity_and_word(held: Site) -> None:
    mesas = reading.KINDS["mesas"]

    def topics(sought: Sought) -> list[str]:
        with held.application.database.reading() as session:
            return [row[2].text for row in reading.find(session, PLAN, mesas, sought).rows]

    awareness, follow_up = "Ejercicio de sensibilización", "Mesa de seguimiento de mayo de 2018"
    assert topics(Sought()) == [follow_up, awareness]
    assert topics(Sought(kind="seguimiento")) == [follow_up]
    assert topics(Sought(entity="SDG")) == [awareness]
    assert topics(Sought(since=dt.date(2018, 6, 1))) == [follow_up]
    assert topics(Sought(until=dt.date(2018, 3, 5))) == [awareness]
    assert topics(Sought(word="MORA sembrar")) == [follow_up, awareness]
    assert topics(Sought(word="mora biblioteca")) == []


def test_the_page_filters_and_what_it_shows_can_be_taken_along(held: Site) -> None:
    visitor = held.visitor("rmora")

    page = visitor.open(f"/plan/{PLAN}/registros/mesas?tipo=sensibilizacion&desde=ayer")
    assert [row.text_content().split()[0] for row in page.xpath("//tbody/tr")] == ["5"]
    table = visitor.client.get(f"/plan/{PLAN}/registros/mesas?tipo=sensibilizacion&formato=csv")
    (row,) = list(csv.DictReader(io.StringIO(table.get_data(as_text=True))))
    assert (row["Tipo"], row["Asistieron"]) == ("sensibilización", "Ricardo Mora (IDPAC); Camila Vega (SDG)")
    book = openpyxl.load_workbook(io.BytesIO(visitor.client.get(f"/plan/{PLAN}/registros/mesas?formato=xlsx").data))
    assert book.worksheets[0].max_row == 3

    whole = visitor.open(f"/plan/{PLAN}/registros")
    assert "DOFA del sector: todavía no. Se escribe en «Registrar entradas DOFA" in whole.text_content()
    assert visitor.client.get(f"/plan/{PLAN}/registros/nada").status_code == 404


def test_the_guide_finds_only_what_is_there_and_minutes_only_once_approved(held: Site) -> None:
    with held.application.database.reading() as session:
        answers = answering.of_plan(session, PLAN)
        before = answers["1.2b"]
    with held.application.database.unit_of_work() as session:
        session.add(SwotEntry(plan_code=PLAN, entity_code="SDG", quadrant="debilidad", text="Poca gente", score=3))

    with held.application.database.reading() as session:
        after = answering.of_plan(session, PLAN)["1.2b"]

    assert list(answers) == list(guide.rows())
    assert answers["2.T4"].is_found
    assert not answers["5.2"].is_found  # its meeting is still being reviewed
    assert [one.kind for one in before.there] == []
    assert [one.kind for one in after.there] == ["dofa"]
    assert not after.is_found
    (minutes,) = [one for one in answers["1.2a"].there if one.meeting]
    assert minutes.address(PLAN) == f"/plan/{PLAN}/registros/mesas?tipo=sensibilizacion"
    assert held.visitor("amartinez").client.get(minutes.address(PLAN)).status_code == 200


def test_the_command_says_of_each_row_whether_it_is_found_and_where(held: Site) -> None:
    url = held.application.database.url.render_as_string(hide_password=False)

    ran = CliRunner().invoke(
        main, ["guide", "coverage", "--plan", PLAN, "--json"], env={"CAUCE_DATABASE_URL": url}, catch_exceptions=False
    )

    told = json.loads(ran.output)
    rows = {row["id"]: row for row in told["rows"]}
    assert (rows["2.T4"]["found"], rows["2.T4"]["where"]) == (True, [f"/plan/{PLAN}/registros/indicadores"])
    assert (rows["1.2b"]["found"], rows["1.2b"]["where"]) == (False, [])
    assert told["found"] == sum(row["found"] for row in rows.values()) < 43


def test_no_two_kinds_are_called_alike() -> None:
    titles = [kind.title for kind in reading.KINDS.values()]

    assert len(titles) == len(set(titles))
