"""The tables that leave the house: each title stands over its own value."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from web.portal.views import OPEN_TABLE
from workflows.auditing.models import AuditEntry
from workflows.documents.tables import Column, as_csv, write_sheet
from workflows.implementation.external_files import ExternalRow, ExternalSheet, render_csv
from workflows.implementation.external_files import render_xlsx as render_external
from workflows.indicators.formulas import Assessment
from workflows.indicators.models import Indicator
from workflows.indicators.states import Status
from workflows.lifecycle.archiving import AUDIT
from workflows.loading import seeding
from workflows.loading.reading import read_file
from workflows.loading.workbook import write_workbook
from workflows.monitoring.models import BudgetReport, Measurement
from workflows.monitoring.trace import Evidence
from workflows.people.roles import APPOINTED
from workflows.plan.models import Project
from workflows.reports.charts import Charts
from workflows.reports.contents import (
    AlertLine,
    BottleneckLine,
    EntityLine,
    IndicatorLine,
    Report,
    RollUp,
    SilentLine,
    YearsLine,
    light,
)
from workflows.reports.xlsx import render_xlsx
from workflows.sectors.identity import Letterhead

D = Decimal
NOON = dt.datetime(2018, 7, 4, 17, tzinfo=dt.UTC)


def _level(code: str, *, parent: str | None = None, weight: int | None = None, share: str = "1") -> RollUp:
    return RollUp(
        code, f"Nombre de {code}", D(weight) if weight else None, parent, D(share), D(share) + 100,
        light("verde", None), "en_riesgo", f"Argumento de {code}", coverage=D("87.54"), opportunity=D("62.25"),
        by_silence=True,
    )  # fmt: skip


INDICATOR = IndicatorLine(
    code="IP-1", name="Obras entregadas", kind="producto", entity="SDG", objective="O1", unit="obras", decimals=0,
    annualization="suma", baseline=D(3), year_target=D(120), reported=D(11), executed=D(42), programmed=D(60),
    year_progress=D("35.04"), compliance=D("70.06"), light=light("amarillo", None), late=True, definitive=True,
    qualitative="=1+1", difficulties="-Lluvia", solutions="Turnos", justification="Hubo paro",
    extra=(("Beneficiarios", "120"), ("Zona", "Norte")),
    evidence=(Evidence(7, "acta.pdf", "application/pdf", 9, "ab" * 32),),
    reported_by="Ana", reported_at=NOON, validated_by="Luis", validated_at=NOON, endorsed_by="Marta",
    known="último dato: mayo de 2018",
)  # fmt: skip
REPORT = Report(
    plan_code="PES", plan_name="Plan", sector="Gobierno", development_plan="PDD", period="2018-06",
    month="junio de 2018", cutoff_on=dt.date(2018, 6, 30), frozen=True, frozen_at=NOON, approved_by="Ana",
    formula_version="2", introduction="", plan=_level("PES", share="66.66"), previous=None,
    lines=(_level("L1", weight=70, share="55.55"),), objectives=(_level("O1", parent="L1", weight=60, share="44.44"),),
    entities=(
        EntityLine("SDG", "Secretaría", D("12.34"), D("56.78"), light("rojo", None), "avalado", NOON, D(60), D(40)),
    ),
    indicators=(INDICATOR,),
    bottlenecks=(
        BottleneckLine("IP-1", "Obras entregadas", "SDG", "En rojo", "cuello", "Paro", "Contratación", "alta",
            "plan_de_choque", "Contratar", "Ana", dt.date(2018, 8, 1)),
    ),
    commitments=(), alerts=(AlertLine("IP-1", "SDG", "cumple poco", "aclarar", "¿Por qué?", "Por el paro"),),
    history=(), bands=(), letterhead=Letterhead("Gobierno", "Secretaría Distrital de Gobierno"),
    silent=(SilentLine("SDG", "IP-1", "Obras entregadas", "Ana", "junio de 2018", "último dato: mayo de 2018", 1),),
    years=(YearsLine("Línea", "L1", "Nombre de L1", D("37.5"), D("20.25"), D(75), D(54), True),),
)  # fmt: skip


def _read(content: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def _rows(book: Workbook, sheet: str) -> list[dict[str, Any]]:
    """The rows of a sheet, by the title over each cell."""
    head, *rows = book[sheet].iter_rows(values_only=True)
    assert len(set(head)) == len(head)
    return [dict(zip(head, row, strict=True)) for row in rows]


def _midnight(year: int, month: int, day: int) -> dt.datetime:
    """A day as openpyxl reads it."""
    return dt.datetime.combine(dt.date(year, month, day), dt.time())


@pytest.fixture(scope="module")
def book() -> Workbook:
    return _read(render_xlsx(REPORT, Charts({}, {})))


def test_the_summary_names_each_of_its_facts(book: Workbook) -> None:
    rows = [row[:2] for row in book["Resumen"].iter_rows(values_only=True)]

    assert rows[:12] == [
        ("Plan", "Plan"),
        ("Informe", "Informe de seguimiento de junio de 2018"),
        ("Corte", _midnight(2018, 6, 30)),
        ("Estado", "Periodo cerrado"),
        ("Cumplimiento a la fecha (%)", 66.7),
        ("Sin tope (%)", 166.7),
        ("Cobertura (%)", 87.5),
        ("Oportunidad (%)", 62.3),
        ("Versión de las fórmulas", "2"),
        (None, None),
        ("Línea", "Cumplimiento (%)"),
        ("L1 Nombre de L1", 55.6),
    ]


def test_each_level_stands_under_its_titles_with_its_objectives_below_it(book: Workbook) -> None:
    rows = _rows(book, "Objetivos")

    assert [(row["Nivel"], row["Código"]) for row in rows] == [("Plan", "PES"), ("Línea", "L1"), ("Objetivo", "O1")]
    assert rows[2] == {
        "Nivel": "Objetivo", "Código": "O1", "Nombre": "Nombre de O1", "Peso": 60, "Cumplimiento (%)": 44.4,
        "Sin tope (%)": 144.4, "Cobertura (%)": 87.5, "Oportunidad (%)": 62.3, "Semáforo": "● En verde",
        "Color por falta de dato": "sí", "Veredicto": "En riesgo", "Contra la cifra": None,
        "Argumento": "Argumento de O1",
    }  # fmt: skip


def test_each_value_of_an_indicator_stands_under_its_title(book: Workbook) -> None:
    assert _rows(book, "Indicadores") == [
        {
            "Código": "IP-1", "Indicador": "Obras entregadas", "Clase": "producto", "Entidad": "SDG", "Objetivo": "O1",
            "Unidad": "obras", "Anualización": "suma", "Línea base": 3, "Meta del año": 120, "Valor del periodo": 11,
            "Programado a la fecha": 60, "Ejecutado": 42, "Avance de la vigencia (%)": 35.0,
            "Cumplimiento a la fecha (%)": 70.1, "Semáforo": "◐ En amarillo",
            "Qué se sabe del dato": "último dato: mayo de 2018", "Extemporáneo": "sí",
            "Avance cualitativo": "=1+1", "Dificultades": "-Lluvia", "Soluciones": "Turnos",
            "Justificación": "Hubo paro", "Otros datos": "Beneficiarios: 120\nZona: Norte",
            "Evidencias": f"acta.pdf · SHA-256 {'ab' * 32}", "Reportó": "Ana",
            "Reportado el": _midnight(2018, 7, 4), "Validó": "Luis", "Avaló": "Marta",
        }
    ]  # fmt: skip


def test_each_value_of_an_entity_a_bottleneck_and_an_alert_stands_under_its_title(book: Workbook) -> None:
    assert _rows(book, "Entidades") == [
        {
            "Sigla": "SDG", "Entidad": "Secretaría", "Reporte": "Avalado", "Avalado el": "4 de julio de 2018",
            "Cumplimiento (%)": 12.3, "Sin tope (%)": 56.8, "Cobertura (%)": 60, "Oportunidad (%)": 40,
            "Semáforo": "■ En rojo",
        }
    ]  # fmt: skip
    assert _rows(book, "Quién no reportó") == [
        {
            "Entidad": "SDG", "Código": "IP-1", "Indicador": "Obras entregadas", "Responsable": "Ana",
            "Corte exigible": "junio de 2018", "Qué se sabe": "último dato: mayo de 2018", "Cortes sin dato": 1,
        }
    ]  # fmt: skip
    assert _rows(book, "Años del plan") == [
        {
            "Nivel": "Línea", "Código": "L1", "Nombre": "Nombre de L1", "Programado (%)": 37.5, "Ejecutado (%)": 20.3,
            "Cobertura (%)": 75, "Proyección (%)": 54,
        }
    ]  # fmt: skip
    assert _rows(book, "Cuellos de botella") == [
        {
            "Indicador": "IP-1", "Nombre": "Obras entregadas", "Entidad": "SDG", "Por qué": "En rojo",
            "Resultado": "Cuello de botella", "Causa": "Paro", "Categoría": "Contratación", "Severidad": "alta",
            "Medida": "Plan de choque", "Acción": "Contratar", "Responsable": "Ana",
            "Fecha": _midnight(2018, 8, 1),
        }
    ]  # fmt: skip
    assert _rows(book, "Alertas") == [
        {
            "Objeto": "IP-1", "Entidad": "SDG", "Alerta": "cumple poco", "Decisión": "Se pidió aclarar",
            "Pregunta": "¿Por qué?", "Respuesta": "Por el paro",
        }
    ]  # fmt: skip


def test_a_text_that_looks_like_a_formula_stays_the_text_that_was_typed(book: Workbook) -> None:
    cell = next(cell for row in book["Indicadores"].iter_rows() for cell in row if cell.value == "=1+1")

    assert cell.data_type == "s"


EXTERNAL = ExternalSheet("PES", "SDG", "2018-T2", "Reporte", [
    ExternalRow(
        entity="SDG", year=2018, month="2018-06", state="definitiva",
        project=Project(code="1094", name="Obras locales"), goal="Entregar obras",
        indicator=Indicator(code="IP-1", name="Obras", unit="obras", annualization="suma"),
        target=D(120),
        assessed=Assessment(
            programmed_to_date=D(60), executed=D("42.5"), year_progress=D("35.14"), compliance=D("70.06"),
            status=Status.CARRIED, data_month=(2018, 5),
        ),
        told=Measurement(qualitative="=1+1", difficulties="Lluvia; paro"),
        money=BudgetReport(appropriation=D(9000), commitments=D(5000), payments=D("1234567.5")),
    )
])  # fmt: skip
EXPECTED = {
    "Entidad": "SDG", "Vigencia": 2018, "Mes": "2018-06", "Estado de la cifra": "definitiva",
    "Código del proyecto": "1094", "Proyecto de inversión": "Obras locales", "Meta del proyecto": "Entregar obras",
    "Código de la meta": "IP-1", "Indicador": "Obras", "Unidad": "obras", "Anualización": "suma",
    "Programado en la vigencia": 120, "Programado a la fecha": 60, "Ejecutado a la fecha": 42.5,
    "Avance de la vigencia (%)": 35.1, "Cumplimiento a la fecha (%)": 70.1,
    "Qué se sabe del dato": "último dato: mayo de 2018", "Avance cualitativo": "=1+1",
    "Dificultades": "Lluvia; paro", "Apropiación vigente (pesos)": 9000, "Compromisos (pesos)": 5000,
    "Giros (pesos)": 1234567.5, "Localidades": None,
}  # fmt: skip


def test_each_value_of_the_external_report_stands_under_its_title() -> None:
    assert _rows(_read(render_external(EXTERNAL)), "Reporte") == [EXPECTED]


def test_the_external_report_as_csv_says_the_same_as_its_workbook() -> None:
    read = csv.DictReader(io.StringIO(render_csv(EXTERNAL).decode("utf-8-sig"), newline=""), delimiter=";")

    written = {
        title: str(value).replace(".", ",") if isinstance(value, float) else str("" if value is None else value)
        for title, value in EXPECTED.items()
    }
    # CSV has no types: the mark keeps a spreadsheet from running it.
    assert list(read) == [written | {"Avance cualitativo": "'=1+1"}]


def test_what_was_not_told_is_an_empty_cell() -> None:
    row = replace(EXTERNAL.rows[0], assessed=None, told=None, money=None, target=None)

    told = _rows(_read(render_external(replace(EXTERNAL, rows=[row]))), "Reporte")[0]

    assert {title for title, value in told.items() if value is None} == set(EXPECTED) - {
        "Entidad", "Vigencia", "Mes", "Estado de la cifra", "Código del proyecto", "Proyecto de inversión",
        "Meta del proyecto", "Código de la meta", "Indicador", "Unidad", "Anualización",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["=1+1", "+57 601", "-Lluvia", "@SUM(A1)"])
def test_a_text_in_a_worksheet_stays_one_after_somebody_edits_its_cell(text: str) -> None:
    book = Workbook()

    write_sheet(book.active, [Column("Texto", str)], [text])

    target = io.BytesIO()
    book.save(target)
    cell = _read(target.getvalue()).active["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\n"])
def test_no_table_as_csv_carries_a_formula(start: str) -> None:
    columns: tuple[Column[str], ...] = (Column(start + "x", lambda row: row), Column("cifra", lambda _: D("-1.5")))

    (head, row) = csv.reader(io.StringIO(as_csv(columns, [start + "x"]).decode(), newline=""))

    assert head == ["'" + start + "x", "cifra"]
    assert row == ["'" + start + "x", "-1.5"]


def test_each_value_of_the_open_data_stands_under_its_name() -> None:
    figure = {
        "ejecutado": 42.5, "programado_a_la_fecha": 60, "avance_vigencia_pct": 35.1, "color": "amarillo",
        "cumplimiento_a_la_fecha_pct": 70.1,
    }  # fmt: skip

    (row,) = csv.DictReader(io.StringIO(as_csv(OPEN_TABLE, [("IP-1", figure)]).decode(), newline=""))

    assert row == {"codigo": "IP-1", "estado": "", **{name: str(value) for name, value in figure.items()}}


def test_each_value_of_the_archived_audit_trail_stands_under_its_name() -> None:
    entry = AuditEntry(
        at=NOON, actor_id="ana", action="corregir", object_kind="periodo", object_id="PES/2018-06",
        outcome="rechazado", reason="=1+1",
    )  # fmt: skip

    (row,) = csv.DictReader(io.StringIO(as_csv(AUDIT, [entry]).decode(), newline=""))

    assert row == {
        "fecha": "2018-07-04T17:00:00+00:00", "quien": "ana", "accion": "corregir", "clase": "periodo",
        "objeto": "PES/2018-06", "resultado": "rechazado", "motivo": "'=1+1",
    }  # fmt: skip


def test_the_workbook_of_a_plan_has_each_value_under_its_heading() -> None:
    book = _read(write_workbook(seeding.demo_plan()))

    def first(sheet: str, *titles: str) -> list[Any]:
        row = _rows(book, sheet)[0]
        return [row[title] for title in titles]

    titles = ("Código", "Sector", "Primer año", "Número de años", "Regla de aprobación", "Estado")
    assert first("Plan", *titles) == ["PES-GOB", "Gobierno", 2017, 4, "unanimidad", "vigente"]
    assert first("Entidades", "Sigla", "Rol en el sector") == ["SDG", "cabeza_de_sector"]
    assert first("Personas", "Usuario", "Nombre", "Correo", "Entidad", "Roles", "Activa") == [
        "amartinez", "Ana Martínez (demo)", "amartinez@demo.example", "SDG", None, "sí",
    ]  # fmt: skip
    assert first("Líneas", "Código", "Peso (%)") == ["L1", 40]
    assert first("Objetivos", "Código", "Línea", "Entidad líder", "Tema") == ["O1.1", "L1", "SDG", "3.1"]
    titles = (
        "Código", "Objetivo", "Clase", "Entidad", "Unidad de medida", "Decimales", "Anualización", "Línea base",
        "Año de la línea base", "Meta final", "Periodicidad", "Días de rezago", "Proyecto de inversión", "Activo",
    )  # fmt: skip
    assert first("Indicadores", *titles) == [
        "IR-1.1", "O1.1", "resultado", "SDG", "puntos", 1, "creciente", 62, 2016, 80, "semestral", 0, "1094", "sí",
    ]  # fmt: skip
    assert first("Programación anual", "Indicador", 2017, 2020) == ["IR-1.1", 66, 80]


def test_a_text_of_a_plan_that_looks_like_a_formula_comes_back_from_its_workbook() -> None:
    demo = seeding.demo_plan()
    plan = replace(demo, plan=replace(demo.plan, mission="=Servir", vision="-Ser"))

    back = read_file("plan.xlsx", write_workbook(plan))

    # who answers for something by name is appointed on *Personas*: no book says it; and a book says of when it is
    people = [replace(one, roles=tuple(role for role in one.roles if role not in APPOINTED)) for one in plan.people]
    assert back == replace(plan, people=tuple(people), taken_at=back.taken_at)
