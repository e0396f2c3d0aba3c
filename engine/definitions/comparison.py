"""What changed between two versions of a diagram, in sentences for the people who answer for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from engine.definitions import nameless
from engine.definitions.diagram import DiagramModel, Element, Flow, Lane
from engine.definitions.reminding import say_escalations, say_reminders
from engine.definitions.saying import say_who
from engine.expressions.wording import in_words

ADDED, REMOVED, CHANGED = "nuevo", "quitado", "cambiado"
NOTHING = "nada"

KINDS = {
    "userTask": "la tarea",
    "serviceTask": "el paso automático",
    "businessRuleTask": "la tarea de reglas",
    "sendTask": "el envío de mensaje",
    "receiveTask": "la espera de mensaje",
    "callActivity": "la llamada al proceso",
    "subProcess": "el subproceso",
    "startEvent": "el comienzo",
    "endEvent": "el final",
    "boundaryEvent": "el evento de borde",
    "intermediateCatchEvent": "la espera",
    "intermediateThrowEvent": "el aviso",
    "exclusiveGateway": "la pregunta",
    "inclusiveGateway": "la pregunta de varias respuestas",
    "parallelGateway": "el punto de caminos a la vez",
    "eventBasedGateway": "la espera de lo que ocurra primero",
}

PROPERTIES = {
    "recordatorios": "los recordatorios",
    "escalar": "el aviso por vencimiento",
    "guia": "las filas de la guía",
    "origen": "el origen",
    "registro": "el registro que escribe",
    "salida": "los datos que pasan al proceso",
    "contexto": "los datos que se muestran al lado",
    "devolver": "los pasos a los que se puede devolver",
    "cuatro_ojos": "el paso que debió hacer otra persona",
    "cadencia": "la cadencia",
    "apertura": "la apertura",
    "corte": "el corte",
    "desde": "desde cuándo se abre",
    "atraso": "lo que se hace con las fechas sin abrir",
    "requiere": "los procesos que deben estar cerrados antes",
}

FIELDS = {
    "documentation": "la explicación",
    "assignee": "la persona asignada",
    "topic": "la acción automática",
    "decision": "la tabla de decisión",
    "result_variable": "el nombre de lo que da la tabla",
    "message": "el mensaje",
    "collection": "la lista por la que se repite",
    "element_variable": "el nombre de cada elemento de la lista",
    "cardinality": "el número de repeticiones",
    "completion_condition": "la condición para terminar de repetir",
    "sequential": "el orden de las repeticiones",
    "loop_condition": "la condición de repetición",
    "event": "lo que espera o emite",
    "reference": "lo que espera o emite",
    "expression": "la condición o el tiempo que espera",
    "attached_to": "la tarea a la que está unido",
    "in_mappings": "los datos que entrega al proceso llamado",
    "out_mappings": "los datos que recibe del proceso llamado",
}
"""What is said only as «cambia …», because its text is technical or long."""

_DEADLINE = re.compile(r"(cierre\+)?(\d+)dh")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `element` is empty where the process itself changed."""

    element: str
    kind: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Labels:
    """How roles, forms and processes are called, by key; a key without a label is shown as it is."""

    roles: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)
    processes: Mapping[str, str] = field(default_factory=dict)


def compare(before: DiagramModel, after: DiagramModel, labels: Labels | None = None) -> list[Change]:
    """Every difference that matters to people or to the engine; where things are drawn does not."""
    comparison = _Comparison(before, after, labels or Labels())
    return [
        *comparison.process(),
        *comparison.lanes(),
        *comparison.added_and_removed(),
        *comparison.elements(),
        *comparison.flows(),
    ]


def say_deadline(text: str) -> str:
    """`5dh` → «5 días hábiles», `cierre+5dh` → «5 días hábiles después del corte»."""
    match = _DEADLINE.fullmatch(text)
    if match is None:
        return f"«{text}»" if text else "ninguno"
    return f"{_days(match[2])}{' después del corte' if match[1] else ''}"


def _days(count: str) -> str:
    return "1 día hábil" if int(count) == 1 else f"{int(count)} días hábiles"


def _deadline_change(before: str, after: str) -> str:
    old, new = _DEADLINE.fullmatch(before), _DEADLINE.fullmatch(after)
    if old and new and old[1] == new[1]:
        return f"el plazo pasa de {int(old[2])} a {say_deadline(after)}"
    if not before:
        return f"el plazo, que no tenía, es de {say_deadline(after)}"
    if not after:
        return f"se quita el plazo, que era de {say_deadline(before)}"
    return f"el plazo pasa de {say_deadline(before)} a {say_deadline(after)}"


@dataclass(frozen=True, slots=True)
class _Comparison:
    before: DiagramModel
    after: DiagramModel
    labels: Labels

    def process(self) -> Iterator[Change]:
        if self.before.name != self.after.name:
            yield _changed("", f"El proceso pasa a llamarse «{self.after.name}».")
        if self.before.documentation != self.after.documentation:
            yield _changed("", "Cambia la explicación del proceso.")
        for name, old, new in _different(self.before.properties, self.after.properties):
            yield _changed("", f"El proceso: {_property_change(name, old, new, self.labels.roles)}.")

    def lanes(self) -> Iterator[Change]:
        yield from self._lanes_of_one_side()
        for lane_id in self.before.lanes.keys() & self.after.lanes.keys():
            yield from self._lane(self.before.lanes[lane_id], self.after.lanes[lane_id])

    def _lanes_of_one_side(self) -> Iterator[Change]:
        for lane_id, lane in self.after.lanes.items():
            if lane_id not in self.before.lanes:
                yield Change(lane_id, ADDED, f"Se agrega el responsable «{lane.name}».")
        for lane_id, lane in self.before.lanes.items():
            if lane_id not in self.after.lanes:
                yield Change(lane_id, REMOVED, f"Se quita el responsable «{lane.name}».")

    def _lane(self, old: Lane, new: Lane) -> Iterator[Change]:
        if old.name != new.name:
            yield _changed(new.id, f"El responsable «{old.name}» pasa a llamarse «{new.name}».")
        if old.role != new.role:
            pair = f"de {self._role(old.role)} a {self._role(new.role)}"
            yield _changed(new.id, f"Responsable «{new.name}»: el rol pasa {pair}.")

    def added_and_removed(self) -> Iterator[Change]:
        for element in self.after.elements.values():
            if element.id not in self.before.elements:
                facts = "; ".join(self._facts(element))
                yield Change(
                    element.id, ADDED, f"Se agrega {_called(self.after, element)}{f': {facts}' if facts else ''}."
                )
        for element in self.before.elements.values():
            if element.id not in self.after.elements:
                yield Change(element.id, REMOVED, f"Se quita {_called(self.before, element)}.")

    def _facts(self, element: Element) -> Iterator[str]:
        """Of what is new: who does it, by when, with which form, and where it stands."""
        if element.kind == "userTask":
            yield f"la hace {self._who(element)}"
        if element.deadline:
            yield f"plazo de {say_deadline(element.deadline)}"
        if element.form_key:
            yield f"con el formulario {_named(self.labels.forms, element.form_key)}"
        if element.called_element:
            yield f"llama a {_named(self.labels.processes, element.called_element)}"
        ends = (("va después de", element.incoming, "source"), ("sigue", element.outgoing, "target"))
        for words, flows, end in ends:
            found = (self.after.elements.get(getattr(self.after.flows[flow], end)) for flow in flows)
            if names := " y ".join(_title(self.after, one) for one in found if one is not None):
                yield f"{words} {names}"

    def _who(self, element: Element) -> str:
        if element.assignee:
            return say_who(self.after, element, self.labels.roles)
        return self._roles(element)

    def elements(self) -> Iterator[Change]:
        for element in self.after.elements.values():
            old = self.before.elements.get(element.id)
            if old is not None:
                for what in self._element(old, element):
                    yield _changed(element.id, f"{_title(self.after, element)}: {what}.")

    def _element(self, old: Element, new: Element) -> Iterator[str]:
        if old.name != new.name:
            yield f"antes se llamaba «{old.name}»"
        if old.kind != new.kind:
            yield f"antes era {KINDS.get(old.kind, old.kind)}"
        yield from self._who_and_when(old, new)
        yield from self._work(old, new)
        yield from _properties(old, new, self.labels.roles)
        if old.interrupting != new.interrupting:
            yield "ahora interrumpe la tarea" if new.interrupting else "ya no interrumpe la tarea"
        for words in dict.fromkeys(words for name, words in FIELDS.items() if getattr(old, name) != getattr(new, name)):
            yield f"cambia {words}"

    def _who_and_when(self, old: Element, new: Element) -> Iterator[str]:
        # A new role of the lane is said once, at the lane.
        same_lane = old.lane_id == new.lane_id
        inherited = same_lane and _has_lane_role(self.before, old) and _has_lane_role(self.after, new)
        if old.roles != new.roles and not inherited:
            yield f"la hacía {self._roles(old)}; ahora, {self._roles(new)}"
        elif old.lane_id != new.lane_id:
            yield f"pasa al responsable «{self._lane_name(new)}»"
        if old.deadline != new.deadline:
            yield _deadline_change(old.deadline, new.deadline)

    def _work(self, old: Element, new: Element) -> Iterator[str]:
        if old.form_key != new.form_key:
            forms = self.labels.forms
            yield f"el formulario pasa de {_named(forms, old.form_key)} a {_named(forms, new.form_key)}"
        if old.called_element != new.called_element:
            processes = self.labels.processes
            yield f"llamaba a {_named(processes, old.called_element)}; ahora, a {_named(processes, new.called_element)}"
        if old.multiple != new.multiple:
            yield "ahora se repite por cada elemento de una lista" if new.multiple else "ya no se repite"

    def flows(self) -> Iterator[Change]:
        for flow in self.after.flows.values():
            old = self.before.flows.get(flow.id)
            if old is not None:
                yield from self._flow(old, flow)
            elif flow.condition or not self._told(self.before, flow):
                taken = f", que {_condition(flow)}" if flow.condition else ""
                yield Change(flow.id, ADDED, f"Se agrega el paso {self._path(self.after, flow)}{taken}.")
        for flow in self.before.flows.values():
            if flow.id not in self.after.flows and not self._told(self.after, flow):
                yield Change(flow.id, REMOVED, f"Se quita el paso {self._path(self.before, flow)}.")
        yield from self._defaults()

    def _told(self, other: DiagramModel, flow: Flow) -> bool:
        """Whether it goes with an element that the other version lacks, and that is told already."""
        return flow.source not in other.elements or flow.target not in other.elements

    def _flow(self, old: Flow, new: Flow) -> Iterator[Change]:
        path = self._path(self.after, new)
        if (old.source, old.target) != (new.source, new.target):
            yield _changed(new.id, f"El paso {self._path(self.before, old)} ahora va {path}.")
        if old.name != new.name:
            yield _changed(new.id, f"Paso {path}: la respuesta «{old.name}» pasa a ser «{new.name}».")
        if old.condition != new.condition:
            yield _changed(new.id, f"Paso {path}: {_condition(new)}; antes, {_condition(old)}.")

    def _defaults(self) -> Iterator[Change]:
        for element in self.after.elements.values():
            old = self.before.elements.get(element.id)
            if old is not None and old.default_flow != element.default_flow:
                said = f"{_title(self.after, element)}: cambia el camino que se toma si ningún otro se cumple."
                yield _changed(element.id, said)

    def _path(self, model: DiagramModel, flow: Flow) -> str:
        ends = (model.elements.get(flow.source), model.elements.get(flow.target))
        source, target = (_title(model, end) if end else "—" for end in ends)
        return f"de {source} a {target}"

    def _roles(self, element: Element) -> str:
        return " o ".join(self._role(role) for role in element.roles) or "nadie"

    def _role(self, role: str) -> str:
        return _named(self.labels.roles, role)

    def _lane_name(self, element: Element) -> str:
        lane = self.after.lanes.get(element.lane_id or "")
        return lane.name if lane else "—"


def _has_lane_role(model: DiagramModel, element: Element) -> bool:
    lane = model.lanes.get(element.lane_id or "")
    return lane is not None and element.roles == ((lane.role,) if lane.role else ())


def _properties(old: Element, new: Element, roles: Mapping[str, str]) -> Iterator[str]:
    for name, before, after in _different(old.properties, new.properties):
        if name != "plazo":  # told as the deadline
            yield _property_change(name, before, after, roles)


def _property_change(name: str, before: str, after: str, roles: Mapping[str, str]) -> str:
    words = PROPERTIES.get(name, f"«{name}»")
    sayings: dict[str, Callable[[str], str]] = {
        "recordatorios": say_reminders,
        "escalar": partial(say_escalations, roles=roles),
    }
    say = sayings.get(name, str)
    return f"{words}: antes {say(before) or NOTHING}, ahora {say(after) or NOTHING}"


def _different(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for name in dict.fromkeys([*old, *new]):
        if old.get(name, "") != new.get(name, ""):
            yield name, old.get(name, ""), new.get(name, "")


def _changed(element: str, sentence: str) -> Change:
    return Change(element, CHANGED, sentence)


def _title(model: DiagramModel, element: Element) -> str:
    """Its name, else words for where it stands; never an id."""
    return f"«{element.name}»" if element.name else _nameless(model, element)


def _nameless(model: DiagramModel, element: Element) -> str:
    return dict(nameless.described(model.elements, model.flows)).get(element.id, KINDS.get(element.kind, element.kind))


def _condition(flow: Flow) -> str:
    return f"se toma cuando {in_words(flow.condition, {})}" if flow.condition else "sin condición"


def _called(model: DiagramModel, element: Element) -> str:
    return f"{KINDS.get(element.kind, element.kind)} «{element.name}»" if element.name else _nameless(model, element)


def _named(labels: Mapping[str, str], key: str) -> str:
    return f"«{labels.get(key) or key}»" if key else "ninguno"
