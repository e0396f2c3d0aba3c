"""What is written down of every change of a measurement, and told back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from tests.support.plan import PLAN, House
from workflows.documents import files
from workflows.indicators.models import Indicator
from workflows.monitoring import history, measurements, periods, trace
from workflows.monitoring.history import Difference
from workflows.monitoring.models import Measurement, MeasurementChange

JUNE, CODE = "2018-06", "IP-1.1.2"
DIANA = Actor("dsuarez", frozenset())
WHICH_ONE = {"id", "period_id", "indicator_id"}
"""Columns that say which measurement it is: they never change."""

OTHER_VALUES: dict[str, Any] = {
    "Decimal": Decimal("8.5"),
    "str": "otro",
    "bool": True,
    "dt.date": dt.date(2018, 6, 30),
    "dt.datetime": dt.datetime(2018, 7, 3, 15, tzinfo=dt.UTC),
}
OF_ITS_OWN = {
    "counts_from": "2018-07",
    "state": "enviado",
    "extra": {"beneficiarios": "120"},
    "timely": False,
    "places": {"01": "5"},
}


def _begun(session: Session) -> Measurement:
    indicator = session.scalars(sa.select(Indicator).where(Indicator.plan_code == PLAN, Indicator.code == CODE)).one()
    return measurements.begin(session, periods.find(session, PLAN, JUNE), [indicator.id])[indicator.id]


def _changed(house: House, **columns: Any) -> MeasurementChange:
    """The act that set these columns (and, as `evidence`, the files) of a measurement of the open month."""
    with house.database.unit_of_work() as session:
        measurement = _begun(session)
        with measurements.changing(session, house.engine, measurement, DIANA, "enviar"):
            evidence = columns.pop("evidence", None)
            for name, value in columns.items():
                setattr(measurement, name, value)
            if evidence is not None:
                measurements.attach(measurement, evidence, replace=True)
    with house.database.reading() as session:
        return session.scalars(sa.select(MeasurementChange).order_by(MeasurementChange.id.desc()).limit(1)).one()


def _another(column: str) -> Any:
    """A value that no measurement begins with, of the type that its model declares."""
    declared = Measurement.__annotations__[column].removeprefix("Mapped[").removesuffix("]").removesuffix(" | None")
    return OTHER_VALUES[declared]


def _told(house: House) -> dict[str, Difference]:
    """What the page of the indicator says that the last act changed, by label."""
    with house.database.reading() as session:
        june = trace.of_indicator(session, PLAN, CODE, JUNE)[0]
        return {one.label: one for one in june.acts[-1].differences}


def _file(house: House, name: str) -> int:
    with house.database.unit_of_work() as session:
        return files.store(session, house.clock, "dsuarez", name, b"a;b\n1;2\n").id


def test_every_column_that_can_change_is_kept_before_and_after(open_month: House) -> None:
    columns = [column for column in sa.inspect(Measurement).columns if column.key not in WHICH_ONE]
    assert len(columns) > 15

    for column in columns:
        other = OF_ITS_OWN[column.key] if column.key in OF_ITS_OWN else _another(column.key)
        change = _changed(open_month, **{column.key: other})

        assert change.before != change.after, column.key


def test_whatever_an_act_does_not_say_by_itself_is_told_with_a_label() -> None:
    by_the_act = {kept.column for kept in history.KEPT if not kept.label}

    assert by_the_act == {  # its name, its person, its moment, its reason
        "state", "late", "timely", "late_reason", "return_reason", "origin",
        "reported_by", "reported_at", "validated_by", "validated_at", "endorsed_by", "endorsed_at",
    }  # fmt: skip


def test_a_correction_is_told_with_what_it_was_and_what_it_is(open_month: House) -> None:
    first = _file(open_month, "acta.csv")
    second = _file(open_month, "acta corregida.csv")
    texts = ("qualitative", "difficulties", "solutions", "delay_reason", "excess_reason")
    _changed(
        open_month, value=Decimal(8), evidence_on=dt.date(2018, 6, 29), evidence=[first],
        extra={"beneficiarios": "120"}, **dict.fromkeys(texts, "primero"),
    )  # fmt: skip

    _changed(
        open_month, value=Decimal("9.5"), evidence_on=dt.date(2018, 6, 30), evidence=[second],
        extra={"beneficiarios": "121"}, counts_from="2018-07", **dict.fromkeys(texts, "segundo"),
    )  # fmt: skip

    told = {label: (one.before, one.after) for label, one in _told(open_month).items()}
    assert told == {
        "Valor": ("8", "9,5"),
        "Avance cualitativo": ("primero", "segundo"),
        "Dificultades": ("primero", "segundo"),
        "Soluciones": ("primero", "segundo"),
        "Por qué el atraso": ("primero", "segundo"),
        "Por qué la sobreejecución": ("primero", "segundo"),
        "Fecha de la evidencia": ("29 de junio de 2018", "30 de junio de 2018"),
        "Cuenta desde": ("", "julio de 2018"),
        "beneficiarios": ("120", "121"),  # a field that no form of the month has any more
        "Evidencias": ("acta.csv", "acta corregida.csv"),
    }


def test_an_act_that_changes_no_answer_tells_no_difference(open_month: House) -> None:
    _changed(open_month, value=Decimal(8), qualitative="Se avanzó.")

    _changed(open_month, state="validado", validated_by="cvega")

    assert _told(open_month) == {}


def test_of_an_act_of_before_the_history_kept_everything_nothing_is_made_up() -> None:
    old = {"valor": "8", "estado": "enviado", "avance_cualitativo": "", "dificultades": "", "evidencias": []}
    new = {**old, "valor": "9", "soluciones": "Otra ruta."}

    told = list(history.differences(old, new, files=str, added=lambda _: {}))

    assert told == [Difference("Valor", "8", "9")]


def test_an_added_field_is_told_under_its_label_and_a_replaced_file_is_a_change() -> None:
    def words(extra: Any) -> dict[str, tuple[str, str]]:
        return {key: ("Lista de asistencia", f"{len(ids)} archivo") for key, ids in extra.items()}

    before, after = ({"otros_datos": {"lista": [file]}} for file in (1, 2))

    told = list(history.differences(before, after, files=str, added=words))

    assert told == [Difference("Lista de asistencia", "1 archivo", "1 archivo")]
