"""The tables of a plan leave as files, with the filters of their page."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
import sqlalchemy as sa

from tests.support.plan import PLAN
from tests.support.web import Site
from workflows.auditing.models import AuditEntry

PAGES = {
    f"/plan/{PLAN}/responsables?entidad=IDPAC": ["Código", "Indicador", "Entidad"],
    f"/plan/{PLAN}/presupuesto?vigencia=2018": ["Proyecto", "Nombre", "Entidad"],
    f"/plan/{PLAN}/proyectos?entidad=IDPAC": ["Proyecto", "Nombre del proyecto", "Entidad"],
    f"/plan/{PLAN}/planes-de-choque?": ["Indicador", "Nombre", "Entidad"],
    "/seguimiento/2018-06?tabla=pasos": ["Entidad", "Paso", "Cómo va"],
    "/seguimiento/ejecutivo?": ["Código", "Línea", "Cumplimiento %"],
    f"/plan/{PLAN}/entidades/IDPAC?": ["Código", "Parte", "Entidad"],
    f"/plan/{PLAN}/plan/{PLAN}?": ["Código", "Parte", "Entidad"],
    f"/plan/{PLAN}/indicadores/IP-3.2.1?": ["Mes", "Reportado", "Ejecutado"],
    f"/plan/{PLAN}/linea-de-tiempo?": ["Proceso", "Caso", "Empezó"],
    "/casos/?proceso=f5_ciclo_mensual": ["Nombre", "Proceso", "Estado"],
    "/correos/?": ["Escrito", "Para", "Asunto"],
    f"/plan/{PLAN}/modificaciones?": ["Modificación", "Estado", "Rige desde"],
    f"/plan/{PLAN}/reportes-externos?": ["Trimestre", "Entidad", "Meses preliminares"],
    f"/planes/{PLAN}/mesas?": ["Mesa", "Estado", "Fecha"],
    "/casos/1/cartas/?": ["Radicado", "Fecha", "Sentido"],
    "/compromisos?": ["Compromiso", "Plan", "Para el"],
    "/ausencias?": ["Persona", "Desde", "Hasta"],
    "/incidentes/?": ["Incidente", "Dónde", "Proceso"],
}

EMPTY = ("choque", "proyectos", "correos", "modificaciones", "externos", "mesas", "cartas", "compromisos", "ausencias",
         "incidentes")  # fmt: skip
"""Of what this plan has none."""


@pytest.mark.parametrize("address", PAGES)
def test_a_table_leaves_as_csv_and_as_excel_with_the_filters_of_its_page(site: Site, address: str) -> None:
    visitor = site.visitor("amartinez")

    head, *lines = csv.reader(visitor.client.get(f"{address}&formato=csv").data.decode("utf-8-sig").splitlines())
    sheet = openpyxl.load_workbook(io.BytesIO(visitor.client.get(f"{address}&formato=xlsx").data)).worksheets[0]

    assert head[:3] == PAGES[address]
    assert [cell.value for cell in next(sheet.iter_rows())] == head and sheet.max_row == len(lines) + 1
    if "entidad=" in address:
        assert {line[2] for line in lines} <= {"IDPAC"}
    if not any(part in address for part in EMPTY):
        assert lines


def test_the_steps_of_the_month_say_who_has_each_and_until_when(site: Site) -> None:
    visitor = site.visitor("amartinez")

    said = visitor.client.get("/seguimiento/2018-06?tabla=pasos&formato=csv").data.decode("utf-8-sig")

    rows = {(line[0], line[1]): line[2:] for line in csv.reader(said.splitlines())}
    assert rows["IDPAC", "Reporte"][:2] == ["en curso", "Sandra Ruiz (demo)"] and rows["IDPAC", "Reporte"][3]
    assert rows["IDPAC", "Aval"] == ["espera", "", "", ""]


def test_a_file_has_every_row_that_agrees_with_the_filters_however_many_the_page_shows(site: Site) -> None:
    visitor = site.visitor("amartinez")

    page = visitor.open("/casos/?estado=&antes=9")
    every = visitor.client.get("/casos/?proceso=f5_ciclo_mensual&antes=1&formato=csv").data.decode("utf-8-sig")
    ended = visitor.client.get("/casos/?estado=completed&formato=csv").data.decode("utf-8-sig")

    assert page.xpath("//p[@class='exports']//a/@href") == ["?estado=&formato=xlsx", "?estado=&formato=csv"]
    assert [line[0] for line in csv.reader(every.splitlines())] == ["Nombre", "Seguimiento de junio de 2018"]
    assert len(ended.splitlines()) == 1


def test_people_leave_with_their_roles_and_that_they_left_is_written_down(site: Site) -> None:
    visitor = site.visitor("admin")

    said = visitor.client.get("/personas/?busca=ruiz&formato=csv").data.decode("utf-8-sig")

    head, *lines = csv.reader(said.splitlines())
    assert head[:3] == ["Nombre", "Usuario", "Correo"]
    assert lines and all("Ruiz" in line[0] and line[4] for line in lines)
    with site.application.database.reading() as session:
        taken = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "exportar")).all()
    assert [entry.after["filtro"] for entry in taken] == [{"busca": "ruiz"}]
