"""The tables of a plan leave as files, with the filters of their page."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest

from tests.support.plan import PLAN
from tests.support.web import Site

PAGES = {
    f"/plan/{PLAN}/responsables?entidad=IDPAC": ["Código", "Indicador", "Entidad"],
    f"/plan/{PLAN}/presupuesto?vigencia=2018": ["Proyecto", "Nombre", "Entidad"],
    f"/plan/{PLAN}/proyectos?entidad=IDPAC": ["Proyecto", "Nombre del proyecto", "Entidad"],
    f"/plan/{PLAN}/planes-de-choque?": ["Indicador", "Nombre", "Entidad"],
    "/seguimiento/2018-06?tabla=pasos": ["Entidad", "Paso", "Cómo va"],
}


@pytest.mark.parametrize("address", PAGES)
def test_a_table_leaves_as_csv_and_as_excel_with_the_filters_of_its_page(site: Site, address: str) -> None:
    visitor = site.visitor("amartinez")

    head, *lines = csv.reader(visitor.client.get(f"{address}&formato=csv").data.decode("utf-8-sig").splitlines())
    sheet = openpyxl.load_workbook(io.BytesIO(visitor.client.get(f"{address}&formato=xlsx").data)).worksheets[0]

    assert head[:3] == PAGES[address]
    assert [cell.value for cell in next(sheet.iter_rows())] == head and sheet.max_row == len(lines) + 1
    if "entidad=" in address:
        assert {line[2] for line in lines} <= {"IDPAC"}
    if "choque" not in address and "proyectos" not in address:  # this plan has none
        assert lines


def test_the_steps_of_the_month_say_who_has_each_and_until_when(site: Site) -> None:
    visitor = site.visitor("amartinez")

    said = visitor.client.get("/seguimiento/2018-06?tabla=pasos&formato=csv").data.decode("utf-8-sig")

    rows = {(line[0], line[1]): line[2:] for line in csv.reader(said.splitlines())}
    assert rows["IDPAC", "Reporte"][:2] == ["en curso", "Sandra Ruiz (demo)"] and rows["IDPAC", "Reporte"][3]
    assert rows["IDPAC", "Aval"] == ["espera", "", "", ""]
