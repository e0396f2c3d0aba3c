"""The report to SDP/SDH of a quarter."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
import sqlalchemy as sa

from engine.instances import commands
from engine.instances.models import Instance
from tests.integration.implementation.conftest import LIAISONS, Office
from tests.support.plan import PLAN
from workflows.documents import files
from workflows.documents.models import Document
from workflows.errors import InvalidSubmission
from workflows.forms.notation import parse_number
from workflows.implementation import external_files, external_reports
from workflows.implementation.models import ExternalReport
from workflows.monitoring import figures

QUARTER = "2018-T2"


@pytest.fixture
def quarter(office: Office) -> Office:
    """The second quarter's case is open; June is not closed."""
    office.house.clock.move_to(dt.datetime(2018, 7, 25, 14, tzinfo=dt.UTC))
    office.tick()
    return office


def test_every_entity_reports_and_open_months_are_told_as_preliminary(quarter: Office) -> None:
    with quarter.house.database.reading() as session:
        reports = external_reports.of_quarter(session, PLAN, QUARTER)
        assert [one.entity_code for one in reports] == ["SDG", "IDPAC", "DADEP"]
        assert {one.preliminary for one in reports} == {"2018-06"}
        case = session.scalars(sa.select(Instance).where(Instance.business_key == f"{PLAN}/f4r/{QUARTER}")).one()
        assert commands.variables_of(session, quarter.house.engine, case.id)["entidades"] == ["SDG", "IDPAC", "DADEP"]


def test_the_files_say_what_the_months_say(quarter: Office) -> None:
    assert external_files.MAKER.make_missing(quarter.house.database, quarter.house.clock) == 3
    assert external_files.MAKER.make_missing(quarter.house.database, quarter.house.clock) == 0

    with quarter.house.database.reading() as session:
        report = external_reports.find(session, PLAN, "IDPAC", QUARTER)
        documents = external_files.files_of(session, [report])[report.id]
        content = {suffix: files.read(session, one.file_id) for suffix, one in documents.items() if one}
        frozen = figures.of_period(session, PLAN, "2018-05").indicators["IR-3.1"].assessment.executed
    sheet = openpyxl.load_workbook(io.BytesIO(content["xlsx"])).active
    assert sheet is not None
    head, *rows = sheet.iter_rows(values_only=True)
    table = [dict(zip(head, row, strict=True)) for row in rows]
    text = csv.DictReader(io.StringIO(content["csv"].decode("utf-8-sig")), delimiter=";")
    told = list(text)
    may = [row for row in table if row["Mes"] == "2018-05" and row["Código de la meta"] == "IR-3.1"]
    assert [row["Estado de la cifra"] for row in may] == ["definitiva"]
    assert Decimal(str(may[0]["Ejecutado a la fecha"])) == frozen
    assert {row["Estado de la cifra"] for row in table if row["Mes"] == "2018-06"} == {"preliminar"}
    assert {row["Entidad"] for row in told} == {"IDPAC"}
    same = next(row for row in told if row["Mes"] == "2018-05" and row["Código de la meta"] == "IR-3.1")
    assert parse_number(same["Ejecutado a la fecha"]) == frozen
    assert len(told) == len(table)


def test_a_filing_is_recorded_once(quarter: Office) -> None:
    quarter.robot("radicar_reporte", LIAISONS["SDG"], entidad="SDG")
    quarter.robot("radicar_reporte", LIAISONS["DADEP"], entidad="DADEP")
    with pytest.raises(InvalidSubmission) as refused:
        form = quarter.open("radicar_reporte", LIAISONS["IDPAC"], entidad="IDPAC")
        with quarter.house.database.unit_of_work() as session:
            file = files.store(session, quarter.house.clock, "rmora", "r.csv", b"r\n1\n", task_id=form.task.id).id
        taken = {"sistema": "segplan", "numero_radicado": f"SDG-{QUARTER}", "fecha": "2018-07-25", "soporte": [file]}
        quarter.send("radicar_reporte", "rmora", taken, entidad="IDPAC")
    assert {error.path for error in refused.value.errors} == {"numero_radicado"}
    quarter.robot("radicar_reporte", LIAISONS["IDPAC"], entidad="IDPAC")

    with quarter.house.database.reading() as session:
        filed = session.scalars(sa.select(ExternalReport).where(ExternalReport.quarter == QUARTER)).all()
        assert {one.filing_number for one in filed} == {f"{entity}-{QUARTER}" for entity in LIAISONS}
        assert all(one.files and one.filed_by == LIAISONS[one.entity_code] for one in filed)
        case = session.scalars(sa.select(Instance).where(Instance.business_key == f"{PLAN}/f4r/{QUARTER}")).one()
        assert case.state == "completed"
        assert session.scalar(sa.select(sa.func.count()).select_from(Document)) == 0
