"""The sheet of a task: what may be changed about it without drawing, read from the diagram and written back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

from werkzeug.datastructures import MultiDict

from engine.definitions import editing
from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.linting.graph import place_in_order

DEADLINE = re.compile(r"(cierre\+)?(\d{1,3})dh")
REMINDERS = re.compile(r"[+-]?\d{1,3}(,[+-]?\d{1,3})*")
ESCALATION = re.compile(r"\+(\d{1,3}):([a-z_0-9]+)")
LONGEST_NAME, LONGEST_TEXT = 300, 5000
MOST_DAYS = 365

BASES = {"tarea": "el día en que la tarea llega", "cierre": "el corte del periodo"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything as typed. `days` and `base` say the deadline; `deadline` does where it is neither of the two kinds.

    `role` is empty where the lane says who. `escalate_days` and `escalate_role` are the first escalation. `apart` are
    the steps whose person may not do this one, with commas.
    """

    name: str = ""
    documentation: str = ""
    role: str = ""
    days: str = ""
    base: str = "tarea"
    deadline: str = ""
    reminders: str = ""
    escalate_days: str = ""
    escalate_role: str = ""
    form: str = ""
    guide: str = ""
    apart: str = ""

    @property
    def has_own_deadline(self) -> bool:
        """Whether the deadline is written in a way that two fields can't say (`fecha:variable`)."""
        return bool(self.deadline)


def read(diagram: DiagramModel, element: Element) -> Sheet:
    """The sheet of a task as the diagram has it."""
    match = DEADLINE.fullmatch(element.deadline)
    escalation = ESCALATION.match(element.properties.get("escalar", ""))
    lane = diagram.lanes.get(element.lane_id or "")
    inherited = lane is not None and element.roles == (lane.role,)
    return Sheet(
        name=element.name,
        documentation=element.documentation,
        role="" if inherited else ",".join(element.roles),
        days=match[2] if match else "",
        base="cierre" if match and match[1] else "tarea",
        deadline="" if match else element.deadline,
        reminders=element.properties.get("recordatorios", ""),
        escalate_days=escalation[1] if escalation else "",
        escalate_role=escalation[2] if escalation else "",
        form=element.form_key,
        guide=element.properties.get("guia", ""),
        apart=",".join(steps_of(element.properties.get("cuatro_ojos", ""))),
    )


def steps_of(written: str) -> list[str]:
    """The steps that a property names."""
    return [one.strip() for one in written.split(",") if one.strip()]


def typed(form: MultiDict[str, str]) -> Sheet:
    """The sheet as somebody typed it."""
    values = {
        one.name: " ".join(form.get(one.name, "").split()) for one in fields(Sheet) if one.name != "documentation"
    }
    values["apart"] = ",".join(form.getlist("apart"))
    values["documentation"] = form.get("documentation", "").replace("\r\n", "\n").strip()
    values["reminders"] = values["reminders"].replace(" ", "")
    values["base"] = values["base"] or "tarea"
    return Sheet(**values)


def check(sheet: Sheet, roles: Mapping[str, str], forms: Mapping[str, str]) -> dict[str, str]:
    """What is wrong, by field."""
    wrong: dict[str, str] = {}
    if not 0 < len(sheet.name) <= LONGEST_NAME:
        wrong["name"] = f"Escriba un nombre de a lo sumo {LONGEST_NAME} caracteres."
    if len(sheet.documentation) > LONGEST_TEXT:
        wrong["documentation"] = f"Acorte la explicación a {LONGEST_TEXT} caracteres."
    if sheet.base not in BASES:
        wrong["base"] = "Elija desde cuándo se cuenta el plazo."
    if sheet.reminders and not REMINDERS.fullmatch(sheet.reminders):
        wrong["reminders"] = "Escriba números separados por comas, por ejemplo -3,-1,0,+1."
    return wrong | _wrong_days(sheet) | _wrong_choices(sheet, roles, forms)


def may_be_apart(diagram: DiagramModel, element: Element) -> dict[str, str]:
    """The steps of people that come before, and those that are kept apart already, by id."""
    order, chosen = place_in_order(diagram), steps_of(element.properties.get("cuatro_ojos", ""))
    others = [one for one in diagram.of_kind("userTask") if one.id != element.id]
    earlier = [one for one in others if one.id in chosen or order.get(one.id, 0) < order.get(element.id, 0)]
    named = {one.id: one.called for one in sorted(earlier, key=lambda one: order.get(one.id, 0))}
    return named | {one: "un paso que ya no está" for one in chosen if one not in named}


def _wrong_days(sheet: Sheet) -> dict[str, str]:
    named = {"days": sheet.days, "escalate_days": sheet.escalate_days}
    return {
        name: f"Escriba un número entero de días hábiles, de 0 a {MOST_DAYS}."
        for name, days in named.items()
        if days and not (days.isascii() and days.isdecimal() and int(days) <= MOST_DAYS)
    }


def _wrong_choices(sheet: Sheet, roles: Mapping[str, str], forms: Mapping[str, str]) -> dict[str, str]:
    wrong = {}
    if any(role not in roles and not role.startswith("${") for role in sheet.role.split(",") if role):
        wrong["role"] = "Elija un rol de la lista."
    if sheet.escalate_days and sheet.escalate_role not in roles:
        wrong["escalate_role"] = "Elija a quién se avisa."
    if sheet.form and sheet.form not in forms:
        wrong["form"] = "Elija un formulario de la lista."
    return wrong


def write(xml: bytes, element: Element, before: Sheet, after: Sheet) -> bytes:
    """The XML with what differs between the two sheets changed, and nothing else."""
    task = element.id
    if after.name != before.name:
        xml = editing.set_attribute(xml, task, "name", after.name)
    if after.documentation != before.documentation:
        xml = editing.set_documentation(xml, task, after.documentation)
    if after.role != before.role:
        xml = editing.set_attribute(xml, task, "camunda:candidateGroups", after.role)
    if after.form != before.form:
        xml = editing.set_attribute(xml, task, "camunda:formRef", after.form)
        xml = editing.set_attribute(xml, task, "camunda:formRefBinding", "deployment" if after.form else "")
    for name, old, new in _properties(element, before, after):
        if old != new:
            xml = editing.set_property(xml, task, name, new)
    return xml


def _properties(element: Element, before: Sheet, after: Sheet) -> list[tuple[str, str, str]]:
    return [
        ("plazo", _deadline(before), _deadline(after)),
        ("recordatorios", before.reminders, after.reminders),
        ("escalar", _escalations(element, before), _escalations(element, after)),
        ("guia", before.guide, after.guide),
        ("cuatro_ojos", before.apart, after.apart),
    ]


def _deadline(sheet: Sheet) -> str:
    if sheet.has_own_deadline or not sheet.days:
        return sheet.deadline
    return f"{'cierre+' if sheet.base == 'cierre' else ''}{int(sheet.days)}dh"


def _escalations(element: Element, sheet: Sheet) -> str:
    """The first escalation as the sheet has it, and the others as the diagram has them."""
    _, *others = element.properties.get("escalar", "").split(",")
    first = f"+{int(sheet.escalate_days)}:{sheet.escalate_role}" if sheet.escalate_days else ""
    return ",".join(one for one in (first, *others) if one)
