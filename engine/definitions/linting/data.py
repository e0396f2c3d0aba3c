"""Where a step reads a datum that nobody fills, or that some way leaves empty."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine import limits
from engine.contracts import Kind
from engine.definitions.dataflow.flow import Flow, Following, done, inside, variables
from engine.definitions.dataflow.giving import declared_inputs, delivery, merged, outputs
from engine.definitions.dataflow.needing import Need, Purpose, names
from engine.definitions.dataflow.questions import variable_of
from engine.definitions.dataflow.state import State
from engine.definitions.dataflow.world import World
from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.linting.findings import Checked, Finding, error, nearest, shown, warning
from engine.definitions.linting.graph import place_in_order

_READS = {
    Purpose.LIST: "se repite sobre «{name}»",
    Purpose.TIMES: "se repite tantas veces como diga «{name}»",
    Purpose.STEP: "necesita «{name}»",
    Purpose.ROLE: "es de un papel que depende de «{name}»",
    Purpose.PERSON: "es de la persona que diga «{name}»",
    Purpose.DEADLINE: "vence según «{name}»",
    Purpose.KEY: "busca su caso por «{name}»",
    Purpose.INPUT: "entrega «{name}»",
    Purpose.CONDITION: "decide con «{name}»",
    Purpose.EVENT: "espera a que se cumpla algo de «{name}»",
}
_MOST = {Purpose.KEY: limits.MESSAGE_KEY, Purpose.PERSON: limits.PERSON}
_STOPS = "Ahí se detendría cada caso."
_COUNTS_AS_NO = "Si falta, la condición cuenta como no cumplida."


@dataclass(frozen=True, slots=True)
class Missing:
    """A need whose datum is never set, or not on every way."""

    need: Need
    never: bool

    @property
    def forbids(self) -> bool:
        """Whether a case could stop there, or decide by what nobody says."""
        return self.need.purpose.stops or self.never


def missing(following: Following, found: Flow) -> Iterator[Missing]:
    """Every need that the data of a diagram don't meet; places that no way leads to are another rule's."""
    for need in following.needs(found.model):
        before = found.before.get(need.element)
        if before is None:
            continue
        state = inside(found.model.elements[need.element], before) if need.inside else before
        waits = need.purpose is Purpose.EVENT and need.name in state.may  # for who fills it, too
        if need.name not in state.sure and not state.anything and not waits:
            yield Missing(need, never=need.name not in state.may)


def _unmet(checked: Checked) -> Iterator[Finding]:
    """One finding a datum, at the first place that reads it; the others follow from it."""
    if checked.following is None:
        return
    found, world = checked.following.of(checked.model), checked.following.world
    order = place_in_order(checked.model)
    by_name: dict[str, list[Missing]] = {}
    unmet = missing(checked.following, found)
    for one in sorted(unmet, key=lambda one: (not one.forbids, order.get(one.need.element, 0))):
        by_name.setdefault(one.need.name, []).append(one)
    for name, (first, *rest) in by_name.items():
        yield _finding(checked, world, found, first, rest, _unasked(checked, world, name))


def _finding(
    checked: Checked, world: World, found: Flow, first: Missing, rest: list[Missing], root: Element | None
) -> Finding:
    followed = tuple(_plain(checked.model, one) for one in rest)
    if root is not None:
        name = first.need.name
        followed = (_plain(checked.model, first), *followed)
        near = nearest(name, world.questions(root) or ())
        hint = f" ¿Es «{near}»?" if near else " Elija otro campo, o devuélvale la pregunta al formulario."
        message = f"{shown(root)} pasa al proceso «{name}», que su formulario no pregunta.{hint}"
        return Finding("error", root.id, "output", message, _other_output(root, name, near), followed)
    plain = _plain(checked.model, first)
    message = f"{plain.message} {_who_filled(world, checked.model, first.need.name)}".strip()
    known = variables(name for state in found.before.values() for name in state.may)
    if first.never and (quoted := _unquoted(checked.model, found, first.need)):
        message += " ¿Es una de las opciones? Entonces va entre comillas."
        return Finding(plain.severity, plain.element, "data", message, quoted, followed)
    near = nearest(first.need.name, known - {first.need.name}) if first.never else ""
    if near:
        message += f" ¿Quiso decir «{near}»?"
    return Finding(plain.severity, plain.element, "data", message, _fix(checked, first, near), followed)


def _unquoted(model: DiagramModel, found: Flow, need: Need) -> dict[str, str] | None:
    """The condition mended where a name that nobody fills is an option of a datum that it reads."""
    flow = model.flows.get(need.place)
    if flow is None:
        return None
    before = found.before[need.element]
    options = {value for name in names(flow.condition) for value in merged(before, name).options}
    if need.name not in options:
        return None
    fixed = re.sub(rf"\b{re.escape(need.name)}\b", f"'{need.name}'", flow.condition)
    return {"action": "set_condition", "element": flow.id, "value": fixed}


def _plain(model: DiagramModel, one: Missing) -> Finding:
    element = model.elements[one.need.element]
    reads = _READS[one.need.purpose].format(name=one.need.name)
    why = "que nadie llena antes de aquí." if one.never else "que algún camino hasta aquí no llena."
    effect = _STOPS if one.need.purpose.stops else _COUNTS_AS_NO
    say = error if one.forbids else warning
    return say(one.need.place, "data", f"{shown(element)} {reads}, {why} {effect}")


def _who_filled(world: World, model: DiagramModel, name: str) -> str:
    """Which step of the published version filled it, where the draft takes that step away."""
    before = world.published.get(model.process_key)
    if before is None:
        return ""
    was = Following(World(world.contracts, world.published, world.asks)).of(before)
    sources = {source.element for state in was.after.values() for source in state.may.get(name, ())}
    gone = [before.elements[one] for one in sorted(sources) if one in before.elements and one not in model.elements]
    return f"La llenaba {shown(gone[0])}, que este borrador quita." if gone else ""


def _unasked(checked: Checked, world: World, name: str) -> Element | None:
    """The task that would hand the datum on, if its form asked for it."""
    for task in checked.model.of_kind("userTask", "startEvent"):
        questions = world.questions(task)
        if questions is not None and name in outputs(task) and name not in questions:
            return task
    return None


def _other_output(task: Element, name: str, near: str) -> dict[str, str] | None:
    if not near:
        return None
    value = ",".join(near if one == name else one for one in outputs(task))
    return {"action": "set_property", "element": task.id, "name": "salida", "value": value}


def _fix(checked: Checked, one: Missing, near: str) -> dict[str, str] | None:
    flow = checked.model.flows.get(one.need.place)
    if near and flow is not None:
        fixed = flow.condition.replace(one.need.name, near)
        return {"action": "set_condition", "element": flow.id, "value": fixed}
    if one.never and one.need.purpose is Purpose.ROLE:
        return _asked_at_start(checked, one.need.name)
    return None


def _asked_at_start(checked: Checked, name: str) -> dict[str, str] | None:
    """The only start has it asked of who begins the case, where somebody does."""
    starts = list(checked.model.starts())
    called = checked.following is not None and checked.following.world.calls_of(checked.model.process_key)
    if len(starts) != 1 or starts[0].event not in ("", "none") or called:
        return None
    value = ",".join([*declared_inputs(starts[0]), name])
    return {"action": "set_property", "element": starts[0].id, "name": "entradas", "value": value}


def _outputs(checked: Checked) -> Iterator[Finding]:
    """A task hands on what its form does not ask, though nothing reads it."""
    if checked.following is None:
        return
    world = checked.following.world
    read = {need.name for need in checked.following.needs(checked.model)}
    for task in checked.model.of_kind("userTask", "startEvent"):
        questions = world.questions(task)
        for name in outputs(task) if questions is not None else ():
            if name not in (questions or {}) and variable_of(name) not in read:
                message = f"{shown(task)} pasa al proceso «{name}», que su formulario no pregunta. Quítelo de la lista."
                yield error(task.id, "output", message)
            elif questions and name in questions and questions[name].datum.kind is Kind.TABLE:
                message = f"{shown(task)} pasa al proceso toda la tabla «{questions[name].label}»: no cabe entera. "
                yield error(task.id, "output", message + "Pase las columnas que se necesiten.")


def _fields(checked: Checked) -> Iterator[Finding]:
    """The form lacks a field without which what is filled in cannot be recorded."""
    if checked.following is None:
        return
    world = checked.following.world
    of_form: dict[str, list[Finding]] = {}
    for task in checked.model.of_kind("userTask"):
        contract, questions = world.contract(task), world.questions(task)
        lost = sorted(contract.fields - questions.keys()) if contract and questions is not None else []
        if lost:
            fields = ", ".join(f"«{name}»" for name in lost)
            message = f"{shown(task)} registra {fields}, que su formulario ya no pregunta. Devuélvale el campo."
            of_form.setdefault(task.form_key, []).append(error(task.id, "field", message))
    for first, *others in of_form.values():  # who mends the form mends it for every step that asks it
        yield replace(first, consequences=tuple(others))


def _both_ways(checked: Checked) -> Iterator[Finding]:
    """Two branches that run at the same time fill the same datum: the later one would win."""
    if checked.following is None:
        return
    found, read = checked.following.of(checked.model), _read_in(checked.following, checked.model)
    for join in checked.model.of_kind("parallelGateway"):
        arriving = [found.after[one.id] for one in checked.model.before(join.id) if one.id in found.after]
        for one, other in itertools.combinations(arriving, 2):
            for name in sorted(one.may.keys() & other.may.keys() & read):
                mine, theirs = _only_there(one, other, name), _only_there(other, one, name)
                if mine and theirs:
                    first, second = (shown(checked.model.elements[element]) for element in (mine, theirs))
                    message = f"{first} y {second} llenan «{name}» a la vez: quedaría el de quien termine de último."
                    yield error(theirs, "both_ways", f"{message} Dele otro nombre a uno.")


def _only_there(here: State, there: State, name: str) -> str:
    """An element of one branch alone that fills a datum; empty if none does."""
    fillers = sorted(source.element for source in here.may[name])
    return next((one for one in fillers if done(one) in here.may and done(one) not in there.may), "")


def _long_keys(checked: Checked) -> Iterator[Finding]:
    """A key or a person that somebody may type longer than it is kept: the first who does stops the case."""
    if checked.following is None:
        return
    found = checked.following.of(checked.model)
    for need in checked.following.needs(checked.model):
        before, most = found.before.get(need.element), _MOST.get(need.purpose)
        if before is None or most is None:
            continue
        longest = max((source.datum.longest for source in before.may.get(need.name, ())), default=0)
        if longest > most:
            reads = _READS[need.purpose].format(name=need.name)
            message = (
                f"{shown(checked.model.elements[need.element])} {reads}, que en su formulario admite {longest} letras, "
                f"y caben {most}. Póngale ese máximo al campo, o use una lista de opciones."
            )
            yield warning(need.place, "length", message)


_WANTED: Mapping[Purpose, tuple[frozenset[Kind], str]] = {
    Purpose.LIST: (frozenset({Kind.LIST, Kind.TABLE, Kind.FILE}), "una lista"),
    Purpose.TIMES: (frozenset({Kind.NUMBER}), "un número"),
    Purpose.PERSON: (frozenset({Kind.TEXT, Kind.OPTION}), "una persona"),
}


def _kinds(checked: Checked) -> Iterator[Finding]:
    """A datum of a kind that cannot be used so: a case would stop there."""
    if checked.following is None:
        return
    found = checked.following.of(checked.model)
    for need in checked.following.needs(checked.model):
        wanted, before = _WANTED.get(need.purpose), found.before.get(need.element)
        if wanted is None or before is None:
            continue
        element = checked.model.elements[need.element]
        state = inside(element, before) if need.inside else before
        kind = merged(state, need.name).kind
        written = element.assignee if need.purpose is Purpose.PERSON else element.collection or element.cardinality
        if kind is not Kind.ANY and kind not in wanted[0] and need.name == written.strip("${}=# "):
            reads = _READS[need.purpose].format(name=need.name)
            message = f"{shown(element)} {reads}, que es {KINDS_IN_WORDS[kind]} y no {wanted[1]}. {_STOPS}"
            yield error(need.place, "data_kind", message)


KINDS_IN_WORDS = {
    Kind.TEXT: "un texto",
    Kind.OPTION: "una opción",
    Kind.DATE: "una fecha",
    Kind.NUMBER: "un número",
    Kind.FLAG: "sí o no",
    Kind.LIST: "una lista",
    Kind.FILE: "un archivo",
    Kind.TABLE: "una tabla",
}
"""Each kind as a sentence calls it."""


def _calls(checked: Checked) -> Iterator[Finding]:
    """What a called process needs and this call does not deliver; what it is asked for and does not give."""
    if checked.following is None:
        return
    world = checked.following.world
    for call in checked.model.of_kind("callActivity"):
        called = world.diagrams.get(call.called_element)
        if called is None or called.process_key == checked.model.process_key:
            continue
        for name in _undelivered(checked.following, called, delivery(call)):
            message = f"{shown(call)} no entrega «{name}», sin lo cual «{called.name}» se detiene. Entréguelo."
            yield error(call.id, "call_data", message)
        yield from _ungiven(checked.following, checked.model, call, called, call.id)


def _undelivered(following: Following, called: DiagramModel, begun: State) -> list[str]:
    """The data without which a process stops that begins with just these, but for those it fills itself, too late."""
    alone = following.begun_with(called, begun)
    lacking = {one.need.name for one in missing(following, alone) if one.need.purpose.stops}
    own = {name for state in alone.after.values() for name in state.may}
    return sorted(lacking - own)


def _ungiven(
    following: Following, caller: DiagramModel, call: Element, called: DiagramModel, place: str
) -> Iterator[Finding]:
    ends, read = following.of(called).ends(), _read_in(following, caller)
    for mapping in call.out_mappings:
        asked = mapping.source and mapping.target in read and ends is not None
        if asked and ends is not None and not ends.has(mapping.source):
            message = f"«{caller.name}» espera «{mapping.source}» de «{called.name}» en {shown(call)}, y nada lo llena."
            yield error(place, "call_data", message)


def _callers(checked: Checked) -> Iterator[Finding]:
    """Those who call this process get what they expect of it."""
    if checked.following is None:
        return
    world = checked.following.world
    for caller, call in world.calls_of(checked.model.process_key):
        if caller.process_key != checked.model.process_key:
            yield from _ungiven(checked.following, caller, call, checked.model, "")


def _read_in(following: Following, model: DiagramModel) -> set[str]:
    """The data that a process reads, or is asked for by those who call it."""
    read = {need.name for need in following.needs(model)}
    for _caller, call in following.world.calls_of(model.process_key):
        read |= {mapping.source for mapping in call.out_mappings}
    return read


RULES = (_unmet, _outputs, _fields, _long_keys, _kinds, _both_ways, _calls, _callers)
