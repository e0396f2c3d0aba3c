"""A long inbox: filtered by what the address says, saved under a name, taken along as a file."""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Response, request, url_for
from openpyxl import Workbook
from sqlalchemy.orm import Session

from engine.definitions import catalogue
from engine.tasks import inbox as rows
from engine.tasks.inbox import InboxRow, Order, Sought, View
from web.answers import named
from web.auth import SIGNED_IN, Of, allow
from web.deadlines import Deadline, deadline, met
from web.inbox import saved
from web.inbox.blueprint import blueprint
from web.inbox.bulk import ACTS, undo_of
from web.numbers import row_id
from web.pages import actor, back_to, current, page
from web.paging import paged
from workflows import guide
from workflows.auditing import recording as auditing
from workflows.calendar import BOGOTA, bogota_day, end_of_day, of_entity
from workflows.documents.tables import Column, as_csv, write_sheet
from workflows.errors import Conflict, NotFound, Refused
from workflows.forms import answered
from workflows.lifecycle.phases import CALLED, PHASE_OF_CASE
from workflows.people.directory import display_names
from workflows.people.groups import sectors_of
from workflows.subjects import subject

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
VIEWS = {View.MINE: "Mías", View.GROUPS: "De mi grupo", View.SECTOR: "Todo el sector", View.DONE: "Terminadas"}
ORDERS = {
    Order.DEADLINE: "Lo que vence antes",
    Order.NEWEST: "Lo último que llegó",
    Order.CASE: "Por proceso",
    Order.ENTITY: "Por entidad",
}
WHEN = {"vencidas": "Vencidas", "semana": "Vencen en 7 días", "despues": "Vencen después", "sin": "Sin plazo"}
FILTERS = ("q", "fase", "proceso", "entidad", "persona", "vence", "orden")
"""What stands in the address besides the view."""
PHASES = {process: number for number, process in CALLED.items()} | PHASE_OF_CASE


@dataclass(frozen=True, slots=True)
class Line:
    """A task as a line, and as a row of a file."""

    row: InboxRow
    subject: str
    entity: str
    who: str
    deadline: Deadline
    answer: str = ""


@blueprint.get("/bandeja/filtrar")
@allow(SIGNED_IN, of=Of.OWN)
def filtered() -> Any:
    """The tasks of a view that agree with the filters of the address; as a file where `formato` asks for one."""
    asked, me = {name: request.args.get(name, "").strip() for name in FILTERS}, actor()
    view, wanted = _view(), request.args.get("formato", "")
    if wanted in FILES:
        return _taken_along(view, asked, wanted)
    with current().database.reading() as session:
        found = rows.find(session, me, _sought(view, asked))
        shown = paged(found)
        names = {one.key: one.name for one in catalogue.listed(session, sectors_of(me))}
        choices = _choices(session, view, names)
        lines = _lines(session, shown.rows, view)
        views = saved.of_person(session, me, sectors_of(me))
    rest = {"vista": view.value, **{name: value for name, value in asked.items() if value}}
    return page(
        "inbox/filtered.html",
        view=view.value,
        views=[(label, url_for("inbox.filtered", vista=one.value), one is view) for one, label in _views()],
        asked=asked,
        active=_active(asked, choices, rest),
        choices=choices,
        lines=lines,
        shown=shown,
        is_cut=len(found) >= rows.COUNTED,
        saved=[(one, f"{url_for('inbox.filtered')}?{one.query}", one.username == me.id) for one in views],
        query=urlencode(rest),
        file_of=lambda suffix: f"{url_for('inbox.filtered')}?{urlencode({**rest, 'formato': suffix})}",
        acts=ACTS[view],
        undo=undo_of(request.args.get("hecho", "")),
        may_share=[one for one in sorted(sectors_of(me)) if one],
    )


@blueprint.post("/bandeja/vistas")
@allow(SIGNED_IN, of=Of.OWN)
def save_view() -> Any:
    """Keep the filters under a name, for oneself or for one's sector."""
    me, query, application = actor(), urlencode(_address(request.form.get("consulta", ""))), current()
    wanted = request.form.get("sector", "")
    sector = wanted if wanted in sectors_of(me) else ""
    try:
        with application.database.unit_of_work() as session:
            kept = saved.save(session, me, request.form.get("nombre", ""), query, sector=sector)
            notice = f"La vista «{kept.name}» quedó guardada."
    except (Refused, Conflict) as wrong:
        notice = wrong.message
    return back_to("inbox.filtered", notice, **_address(query))


@blueprint.post("/bandeja/vistas/borrar")
@allow(SIGNED_IN, of=Of.OWN)
def forget_view() -> Any:
    """Take a saved view away."""
    try:
        with current().database.unit_of_work() as session:
            saved.forget(session, actor(), request.form.get("cual", 0, type=row_id))
            notice = "La vista se borró."
    except NotFound as wrong:
        notice = wrong.message
    return back_to("inbox.filtered", notice, **_address(request.form.get("consulta", "")))


def _taken_along(view: View, asked: Mapping[str, str], form: str) -> Response:
    """The list as a file; that somebody took it along is written down, for it names people."""
    application = current()
    with application.database.reading() as session:
        lines = _lines(session, rows.find(session, actor(), _sought(view, asked)), view)
    kept = {name: value for name, value in asked.items() if value}
    with application.database.unit_of_work() as session:
        auditing.record(
            session, application.clock, actor(), "exportar", ("bandeja", view.value),
            after={"como": form, "filtro": kept},
        )  # fmt: skip
    return FILES[form](view, lines)


def _address(query: str) -> Mapping[str, str]:
    """The filters of an address, and nothing else that somebody put there."""
    return {name: value for name, value in parse_qsl(query[: saved.LONGEST_QUERY]) if name in ("vista", *FILTERS)}


def _views() -> list[tuple[View, str]]:
    """The views that a person has: that of the sector, who supervises one."""
    return [(one, label) for one, label in VIEWS.items() if one is not View.SECTOR or actor().supervises - {""}]


def _view() -> View:
    """The view of the address; of one that there is not, one's own."""
    asked = request.args.get("vista", "")
    return next((one for one, _label in _views() if one.value == asked), View.MINE)


def _sought(view: View, asked: Mapping[str, str]) -> Sought:
    processes = {key for key, number in PHASES.items() if str(number) == asked["fase"]}
    if asked["proceso"]:
        processes = {asked["proceso"]} if not asked["fase"] or asked["proceso"] in processes else {""}
    elif asked["fase"] and not processes:
        processes = {""}  # a phase of no process finds nothing
    since, until, undated = _bounds(asked["vence"])
    return Sought(
        view=view,
        processes=processes,
        entity=asked["entidad"],
        person=asked["persona"] if view is View.SECTOR else "",
        words=asked["q"],
        since=since,
        until=until,
        undated=undated,
        order=next((one for one in Order if one.value == asked["orden"]), Order.DEADLINE),
    )


def _bounds(when: str) -> tuple[dt.datetime | None, dt.datetime | None, bool]:
    now = current().clock.now()
    week = end_of_day(bogota_day(now) + dt.timedelta(days=7)) + dt.timedelta(seconds=1)
    return {
        "vencidas": (None, now, False),
        "semana": (now, week, False),
        "despues": (week, None, False),
        "sin": (None, None, True),
    }.get(when, (None, None, False))


def _choices(session: Session, view: View, names: Mapping[str, str]) -> Mapping[str, Sequence[tuple[str, str]]]:
    """By filter: what may be chosen, each with how many tasks of the view are so."""
    counts = rows.tallies(session, actor(), view)
    by = {name: Counter[str]() for name in ("fase", "proceso", "entidad", "persona")}
    for one in counts:
        number = PHASES.get(one.process_key)
        by["fase"][str(number) if number else ""] += one.count
        by["proceso"][one.process_key] += one.count
        by["entidad"][one.entity] += one.count
        by["persona"][one.person] += one.count
    people = display_names(session, by["persona"].keys() - {""}) if view is View.SECTOR else {}
    labels: Mapping[str, Mapping[str, str]] = {
        "fase": {str(number): f"{number} {name}" for number, name in guide.PHASES.items()},
        "proceso": names,
        "entidad": {code: code for code in by["entidad"]},
        "persona": people,
    }
    found: dict[str, Sequence[tuple[str, str]]] = {}
    for name, counted in by.items():
        said = [(key, labels[name][key], count) for key, count in counted.items() if key and key in labels[name]]
        found[name] = [(key, f"{label} ({count})") for key, label, count in sorted(said, key=lambda one: one[1])]
    found["vence"] = [] if view is View.DONE else list(WHEN.items())
    found["orden"] = [(one.value, label) for one, label in ORDERS.items()]
    return found


def _active(
    asked: Mapping[str, str], choices: Mapping[str, Sequence[tuple[str, str]]], rest: Mapping[str, str]
) -> list[tuple[str, str]]:
    """What narrows the list, in words, each with the address without it."""
    found = []
    for name in FILTERS:
        if asked[name] and name != "orden":
            label = dict(choices.get(name, ())).get(asked[name], asked[name]).rpartition(" (")[0] or asked[name]
            left = {key: value for key, value in rest.items() if key != name}
            found.append(
                (f"«{asked[name]}»" if name == "q" else label, f"{url_for('inbox.filtered')}?{urlencode(left)}")
            )
    return found


def _lines(session: Session, found: Sequence[InboxRow], view: View) -> list[Line]:
    now, application = current().clock.now(), current()
    names = display_names(session, {row.assignee for row in found if row.assignee})
    answers = answered.in_words(session, [row.id for row in found]) if view is View.DONE else {}
    return [
        Line(
            row,
            subject(row.variables),
            str(row.context.get("entidad") or row.variables.get("entidad") or ""),
            names.get(row.assignee or "", ""),
            met(row.due_at, row.completed_at)
            if row.completed_at is not None
            else deadline(
                row.due_at, now, application.calendar.within(of_entity(row.scope, row.variables.get("entidad")))
            ),
            answers.get(row.id, ""),
        )
        for row in found
    ]


def _columns(view: View) -> list[Column[Line]]:
    def local(moment: dt.datetime | None) -> Any:
        return moment.astimezone(BOGOTA).replace(tzinfo=None, microsecond=0) if moment else ""

    columns: list[Column[Line]] = [
        Column("Tarea", lambda line: line.row.name),
        Column("De qué trata", lambda line: line.subject),
        Column("Proceso", lambda line: line.row.instance_name),
        Column("Entidad", lambda line: line.entity),
        Column("Quién la tiene", lambda line: line.who or "nadie la ha tomado"),
        Column("Estado", lambda line: line.deadline.word),
        Column("Vence", lambda line: local(line.row.due_at)),
        Column("Llegó", lambda line: local(line.row.created_at)),
    ]
    if view is View.DONE:
        columns += [
            Column("Terminada", lambda line: local(line.row.completed_at)),
            Column("Lo que respondió", lambda line: line.answer),
        ]
    return columns


def _csv(view: View, lines: Sequence[Line]) -> Response:
    return named(Response(as_csv(_columns(view), lines), mimetype="text/csv"), f"Tareas {VIEWS[view].lower()}.csv")


def _xlsx(view: View, lines: Sequence[Line]) -> Response:
    book, target = Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    sheet.title = VIEWS[view]
    write_sheet(sheet, _columns(view), lines)
    book.save(target)
    return named(Response(target.getvalue(), mimetype=XLSX), f"Tareas {VIEWS[view].lower()}.xlsx")


FILES = {"csv": _csv, "xlsx": _xlsx}
