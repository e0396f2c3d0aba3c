"""What another tool does at a step and nobody does here: it stays in the file, and the person is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.definitions import vocabularies
from engine.definitions.importing.asking import DRAWN
from engine.definitions.importing.draft import Draft, called, event_definitions, words
from engine.definitions.markup import Node, bpmn, child, children, local, one_line, text_of

ALWAYS_DONE: Final = "Se hace siempre"

_MOMENTS: Final = {
    "start": "al empezar", "end": "al terminar", "take": "al pasar", "create": "al llegar la tarea",
    "assignment": "al asignarla", "complete": "al completarla", "completing": "al completarla",
    "delete": "al quitarla", "timeout": "al vencerse", "creating": "al llegar la tarea", "assigning": "al asignarla",
    "update": "al cambiarla",
}  # fmt: skip
_LISTENERS: Final = ("executionListener", "taskListener")
_SCRIPTS: Final = {"onEntry-script": "al empezar", "onExit-script": "al terminar"}
_ATTRIBUTES: Final = {
    "priority": "la prioridad «{}»", "followUpDate": "la fecha de seguimiento «{}»",
    "calledElementVersion": "la versión {} del proceso (se llama la vigente)",
    "variableMappingClass": "el paso de datos «{}»", "variableMappingDelegateExpression": "el paso de datos «{}»",
}  # fmt: skip
_ERRORS: Final = ("errorCodeVariable", "errorMessageVariable", "escalationCodeVariable")


def _unread(draft: Draft) -> None:
    if not draft.is_foreign:
        return
    for node in (draft.process, *draft.nodes(), *draft.flows()):
        found = list(dict.fromkeys(_of(node)))
        if found:
            whose = "Del proceso" if node is draft.process else f"De {called(node)}"
            draft.repaired(node, "unread", f"{whose} no se hace aquí: {words(found)}.")


def _of(node: Node) -> Iterator[str]:
    for extension in vocabularies.extensions(node):
        yield from _extension(node, extension)
    for name, said in _ATTRIBUTES.items():
        if value := vocabularies.attribute(node, name):
            yield said.format(value[:60])
    for definition in event_definitions(node):
        for name in _ERRORS:
            if value := vocabularies.attribute(definition, name):
                yield f"guardar el código o el mensaje en «{value[:60]}»"
    yield from _repeated(child(node, "multiInstanceLoopCharacteristics"))
    if vocabularies.attribute(node, "resource") or any(
        vocabularies.attribute(one, "resource") for one in children(node, "conditionExpression")
    ):
        yield "lo que está escrito en otro archivo"


def _extension(node: Node, extension: Node) -> Iterator[str]:
    kind = local(extension)
    if kind in _LISTENERS:
        yield _listener(extension)
    elif kind in ("executionListeners", "taskListeners"):
        yield from (_listener(one) for one in extension)
    elif kind in _SCRIPTS:
        yield f"el guion {_SCRIPTS[kind]} («{_text(extension)}»)"
    elif kind in ("inputOutput", "ioMapping") and local(node) != "callActivity":
        yield from _calculated(extension)
    elif kind == "connector":
        yield f"la conexión «{_text(extension)}»"
    elif kind == "errorEventDefinition":
        yield f"el error cuando «{str(extension.get('expression') or '')[:60]}»"
    elif kind in ("priorityDefinition", "taskSchedule"):
        for name in ("priority", "followUpDate"):
            if value := str(extension.get(name) or ""):
                yield _ATTRIBUTES[name].format(value[:60])
    elif kind == "adHoc":
        yield f"elegir qué pasos se hacen con «{str(extension.get('activeElementsCollection') or '')[:60]}»"


def _listener(listener: Node) -> str:
    moment = str(listener.get("event") or listener.get("eventType") or "")
    does = ("class", "expression", "delegateExpression", "type")
    what = next((str(listener.get(name)) for name in does if listener.get(name)), "") or _text(listener)
    when = _MOMENTS.get(moment, "")
    return f"lo que se disparaba{f' {when}' if when else ''} («{what[:60]}»)"


def _calculated(mapping: Node) -> Iterator[str]:
    for kinds, when in ((("inputParameter", "input"), "al entrar"), (("outputParameter", "output"), "al salir")):
        names = [str(one.get("name") or one.get("target") or "") for one in mapping if local(one) in kinds]
        if names:
            yield f"calcular {when} {words([f'«{name}»' for name in names])}"


def _repeated(multiple: Node | None) -> Iterator[str]:
    if multiple is None:
        return
    for one in vocabularies.extensions(multiple):
        kept = str(one.get("outputCollection") or one.get("targetVariable") or "")
        if kept:
            yield f"reunir los resultados en «{kept[:60]}»"
    if str(multiple.get("behavior") or "All") != "All":
        yield "avisar cuando se completa uno de los que se repiten"


def _text(node: Node) -> str:
    return one_line(" ".join(str(text) for text in node.itertext()))[:60]


def _skipped(draft: Draft) -> None:
    """A step that another tool skips where a condition holds would be done here by somebody every time."""
    for node in draft.nodes():
        written = "" if vocabularies.is_ours(node) else vocabularies.attribute(node, "skipExpression")
        if written:
            said = f"{called(node)} se saltaba si «{written[:60]}»"
            draft.repaired(node, "skipped", f"{said}: aquí se hace siempre.")
            draft.ask(node, "skipped", f"{said}. ¿Se hace siempre?", ALWAYS_DONE, DRAWN)


def _scripted(draft: Draft) -> None:
    """Camunda 8 keeps a script as an expression beside the step; it is read as any other script."""
    for node in draft.nodes("scriptTask"):
        expression = next((str(one.get("expression") or "") for one in vocabularies.extensions(node, "script")), "")
        if expression and not text_of(child(node, "script")):
            made = node.makeelement(bpmn("script"))
            made.text = expression
            node.append(made)
            node.set("scriptFormat", "FEEL")


STEPS = (_unread, _skipped, _scripted)
