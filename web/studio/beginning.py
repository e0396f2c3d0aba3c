"""How the cases of a process begin: by hand or by the calendar, chosen by menus with the dates it gives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from flask import request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from engine.definitions import editing
from engine.definitions.diagram import Element
from engine.definitions.names import Name
from engine.definitions.reading import read_diagram
from engine.errors import InvalidDeadline, StaleDraft, UnknownElement
from web.auth.access import Of, allow
from web.numbers import row_id
from web.pages import back_to, current, page
from web.studio import overview
from web.studio.blueprint import LEADERS, blueprint
from web.studio.editor import keep
from workflows.calendar import add_months, bogota_day
from workflows.cycles import cadence, opening, rhythm
from workflows.cycles.cadence import Cadence, InvalidCadence
from workflows.cycles.rhythm import Falls
from workflows.spanish import MONTHS

BY_HAND, BY_CALENDAR = "mano", "calendario"
MOST_DAYS = 365
PROPERTIES = ("cadencia", "apertura", "corte", "atraso", "requiere", "desde")
FIELDS = ("cada", "ancla", "dias", "sentido", "unidad", "mes", "dia", "atraso", "desde")


@dataclass(slots=True)
class Beginning:
    """A start event on the page: what its inputs hold, what is wrong by input, and what it does then."""

    start: Element
    how: str
    values: dict[str, str]
    requires: Sequence[str] = ()
    wrong: dict[str, str] = field(default_factory=dict)
    sentence: str = ""
    dates: Sequence[Falls] = ()
    since: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_chosen(self) -> bool:
        """Whether it may be chosen here: what waits for a message is drawn."""
        return self.start.event in ("none", "timer")


@blueprint.get("/<process_key>/comienzo")
@allow(*LEADERS, of=Of.DEFINITION)
def beginnings(process_key: str) -> str:
    """Every start of the draft: how it begins, in menus, with its next twelve dates."""
    return _page(process_key, None)


@blueprint.post("/<process_key>/comienzo/<element_id>")
@allow(*LEADERS, of=Of.DEFINITION)
def begin_by(process_key: str, element_id: str) -> Response | str | tuple[str, int]:
    """Write it into the draft; `_paso`: only show what was chosen."""
    with current().database.reading() as session:
        xml, _ = overview.working_xml(session, process_key)
    start = next((one for one in read_diagram(xml).starts() if one.id == element_id), None)
    if start is None:
        raise UnknownElement("Ese comienzo ya no está en el borrador. Actualice la página.")
    typed = _typed(start, request.form)
    if "_paso" in request.form:
        return _page(process_key, typed)
    properties = _written(typed)
    if typed.wrong:
        return _page(process_key, typed), 422
    try:
        with current().database.unit_of_work() as session:
            xml, _ = overview.working_xml(session, process_key)
            keep(session, process_key, _changed(xml, typed, properties), request.form.get("revision", 0, type=row_id))
    except StaleDraft:
        typed.wrong["todo"] = "Alguien guardó el borrador mientras usted elegía. Mire cómo quedó y guarde otra vez."
        return _page(process_key, typed), 409
    return back_to("studio.beginnings", "El comienzo quedó en el borrador.", process_key=process_key)


def _changed(xml: bytes, typed: Beginning, properties: Mapping[str, str]) -> bytes:
    by_calendar = typed.how == BY_CALENDAR
    if by_calendar != (typed.start.event == "timer"):
        xml = editing.set_timer(xml, typed.start.id, has_timer=by_calendar)
    for name in PROPERTIES:
        if typed.start.properties.get(name, "") != properties.get(name, ""):
            xml = editing.set_property(xml, typed.start.id, name, properties.get(name, ""))
    return xml


def _shown(start: Element) -> Beginning:
    """A start as the draft has it."""
    written = start.properties
    opens = rhythm.read(written.get("apertura") or "cierre+1dh") or rhythm.Opening()
    values = {
        "cada": written.get("cadencia") or "mensual",
        "ancla": opens.anchor,
        "dias": str(abs(opens.count)),
        "sentido": "antes" if opens.count < 0 else "despues",
        "unidad": opens.unit,
        "mes": str(opens.month),
        "dia": str(opens.day),
        "atraso": written.get("atraso") or "todas",
        "desde": written.get("desde", ""),
    }
    requires = [key.strip() for key in written.get("requiere", "").split(",") if key.strip()]
    return Beginning(start, BY_CALENDAR if start.event == "timer" else BY_HAND, values, requires)


def _typed(start: Element, form: MultiDict[str, str]) -> Beginning:
    """A start as somebody chose it."""
    before = _shown(start)
    values = {name: form.get(name, before.values[name]).strip() for name in FIELDS}
    how = BY_CALENDAR if form.get("como") == BY_CALENDAR else BY_HAND
    return Beginning(start, how, values, [one for one in form.getlist("requiere") if one])


def _written(one: Beginning) -> dict[str, str]:
    """The properties of what was chosen; says at each input what is wrong."""
    if one.how != BY_CALENDAR:
        return {}
    count = _count(one)
    opens = rhythm.Opening(
        one.values["ancla"], count, one.values["unidad"], _number(one, "mes", 12), _number(one, "dia", 31)
    )
    chosen = {"cada": rhythm.EVERY, "ancla": rhythm.ANCHORS, "atraso": rhythm.CATCH_UP, "unidad": ("dh", "m")}
    for name, offered in chosen.items():
        if one.values[name] not in offered:
            one.wrong[name] = "Elija uno de la lista."
    if opens.anchor == rhythm.DAY and not _is_day(opens.month, opens.day):
        one.wrong["dia"] = f"{MONTHS[opens.month - 1].capitalize()} no tiene ese día todos los años."
    # what is said as people choose it is written so; what is already there stays as it is
    before = one.start.properties
    same = rhythm.read(before.get("apertura", "")) == opens
    return {
        "cadencia": one.values["cada"],
        "apertura": before.get("apertura", "") if same else opens.written(),
        "corte": before.get("corte", "") if before.get("cadencia") == one.values["cada"] else "fin",
        "atraso": one.values["atraso"] if before.get("atraso") or one.values["atraso"] != "todas" else "",
        "requiere": ",".join(one.requires),
        "desde": one.values["desde"],
    }


def _count(one: Beginning) -> int:
    text = one.values["dias"] or "0"
    if not (text.isascii() and text.isdecimal() and int(text) <= MOST_DAYS):
        one.wrong["dias"] = f"Escriba un número entero, de 0 a {MOST_DAYS}."
        return 0
    return -int(text) if one.values["sentido"] == "antes" else int(text)


def _number(one: Beginning, name: str, most: int) -> int:
    text = one.values[name]
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= most):
        one.wrong[name] = "Elija uno de la lista."
        return 1
    return int(text)


def _is_day(month: int, day: int) -> bool:
    try:
        dt.date(2019, month, day)
    except ValueError:
        return False
    return True


def _foresee(session: Session, one: Beginning, sector: str) -> None:
    """What the chosen cadence does: a sentence, its next dates and the periods it may begin with."""
    properties = _written(one)
    if one.wrong or one.how != BY_CALENDAR:
        return
    try:
        read = cadence.read(properties)
        if read is None:
            return
        one.sentence = rhythm.in_words(read)
        one.dates = _dates(session, read, sector)
        one.since = _since(session, read, one.values["desde"])
    except (InvalidCadence, InvalidDeadline) as wrong:
        one.wrong["todo"] = wrong.message


def _dates(session: Session, read: Cadence, sector: str) -> list[Falls]:
    """The next twelve: of the plan that is followed, else as the calendar goes."""
    engine, today = current().engine, bogota_day(current().clock.now())
    plans = [plan for plan in opening.followed(session) if sector in ("", plan.sector_code)]
    for plan in plans[:1]:
        due = (one for one in opening.openings(engine, read, plan) if one.due_on > today)
        found = [Falls(one.period, one.due_on, rhythm.moved(read, one.period, one.due_on)) for one in due]
        if found:
            return list(islice(found, rhythm.SHOWN))
    return rhythm.coming(current().calendar, read, today)


def _since(session: Session, read: Cadence, chosen: str) -> dict[str, str]:
    """The periods it may begin with, from a year ago on, by their first day."""
    if read.every == cadence.ONCE:
        return {}
    today = bogota_day(current().clock.now())
    size = cadence.MONTHS_OF[read.every]
    periods = read.periods(add_months(today, -12), add_months(today, 12 * max(1, size // 3)))
    found = {one.start.isoformat(): one.words for one in periods}
    return ({chosen: chosen} if chosen and chosen not in found else {}) | found


def _page(process_key: str, typed: Beginning | None) -> str:
    sector = Name.parse(process_key).tenant
    with current().database.reading() as session:
        version = overview.working_version(session, process_key)
        xml, revision = overview.working_xml(session, process_key)
        shown = [
            typed if typed is not None and typed.start.id == one.id else _shown(one)
            for one in read_diagram(xml).starts()
        ]
        for one in shown:
            _foresee(session, one, sector)
        others = {
            key: model.name
            for key, model in overview.current_diagrams(session).items()
            if key != version.process_key and any(one.properties.get("cadencia") for one in model.starts())
        }
        callers = overview.called_from(session, version.process_key)
    return page(
        "studio/beginning.html",
        version=version,
        revision=revision,
        shown=shown,
        others=others,
        callers=callers,
        words=rhythm,
        months=MONTHS,
    )
