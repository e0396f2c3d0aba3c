"""Ids, names and tags: what must be right before the drawing means anything."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from engine import limits
from engine.definitions.diagram import Element
from engine.definitions.elements import AROUND, CATALOGUE, kind_name, refusal
from engine.definitions.linting.findings import Checked, Finding, error, shown, warning
from engine.definitions.markup import BPMN, BPMNDI, Node, bpmn, children, local, namespace, one_line, reference
from engine.definitions.reading import NODES, SUBPROCESSES

_ID = re.compile(r"[^\W\d][\w.\-]*\Z")


def _duplicate_ids(checked: Checked) -> Iterator[Finding]:
    ids = Counter(str(node.get("id")) for node in checked.root.iter() if node.get("id") and namespace(node) == BPMN)
    for one, count in ids.items():
        if count > 1:
            message = f"El identificador «{one}» está {count} veces. Borre uno de los elementos y dibújelo de nuevo."
            yield error(one, "duplicate_id", message)


def _missing_ids(checked: Checked) -> Iterator[Finding]:
    for node in checked.process.iter():
        if namespace(node) != BPMN or node.get("id"):
            continue
        if local(node) == "sequenceFlow":
            source, target = str(node.get("sourceRef") or ""), str(node.get("targetRef") or "")
            message = f"La flecha de «{source}» a «{target}» no tiene identificador. Bórrela y dibújela de nuevo."
            yield error(source, "missing_id", message, action="give_id", source=source, target=target)
        elif local(node) in NODES:
            message = f"«{one_line(node.get('name')) or local(node)}» no tiene identificador. Dibújelo de nuevo."
            yield error("", "missing_id", message)


def _readable_ids(checked: Checked) -> Iterator[Finding]:
    for one in [checked.model.process_key, *checked.model.elements, *checked.model.flows, *checked.model.lanes]:
        if one and (len(one) > limits.ID or not _ID.match(one)):
            rule = f"debe empezar por letra, sin espacios, y tener máximo {limits.ID} letras"
            text = f"El identificador «{one[:60]}» {rule}."
            yield error(one, "id_form", f"{text} Cámbielo en las propiedades.")


def _process(checked: Checked) -> Iterator[Finding]:
    if not checked.model.process_key:
        yield error("", "process_id", "El proceso no tiene identificador. Póngale uno en las propiedades del proceso.")
    if not checked.model.executable:
        key = checked.model.process_key
        message = "El proceso está marcado como «no ejecutable». Márquelo como ejecutable en sus propiedades."
        yield error(key, "executable", message, action="set_attribute", element=key, name="isExecutable", value="true")


def _reserved_key(checked: Checked) -> Iterator[Finding]:
    """A process called like what is short for another in the keys of cases would take the other's keys."""
    key = checked.model.process_key
    other = checked.known.reserved_keys.get(key, key)
    if other != key:
        message = (
            f"El identificador «{key}» está reservado: con él se numeran los casos de «{other}», y ninguno de los dos "
            "se podría abrir. Póngale otro en las propiedades del proceso."
        )
        yield error(key, "reserved_key", message)


def _names(checked: Checked) -> Iterator[Finding]:
    for node in checked.root.iter():
        if namespace(node) == BPMN and len(str(node.get("name") or "")) > limits.NAME:
            message = f"Un nombre tiene más de {limits.NAME} letras. Acórtelo y pase lo demás a la documentación."
            yield error(str(node.get("id") or ""), "name_length", message)


def _lengths(checked: Checked) -> Iterator[Finding]:
    """What is written down with each case must fit: one that does not would stop its first case."""
    for element in checked.model.elements.values():
        for what, text, most in _written(element):
            if len(text) > most:
                message = f"{shown(element)}: {what} tiene {len(text)} letras, y caben {most}. Use un código corto."
                yield error(element.id, "length", message)


def _written(element: Element) -> Iterator[tuple[str, str, int]]:
    yield "el nombre de su mensaje", element.message, limits.MESSAGE_NAME
    yield "su formulario", element.form_key, limits.ID
    if "{" not in element.properties.get("clave", ""):
        yield "la clave de su mensaje", element.properties.get("clave", ""), limits.MESSAGE_KEY
    if "{" not in element.assignee:
        yield "su persona", element.assignee, limits.PERSON
    for role in element.roles:
        if "{" not in role:
            yield "su rol", role, limits.GROUP


def _unnamed(checked: Checked) -> Iterator[Finding]:
    for element in checked.model.of_kind("userTask", "manualTask", "callActivity"):
        if not element.name:
            message = f"{shown(element)}: escriba con un verbo lo que se hace en ella."
            yield error(element.id, "unnamed", message)


def _supported(checked: Checked) -> Iterator[Finding]:
    for element in checked.model.elements.values():
        instead = refusal(element)
        if instead:
            fix = {"action": "change_kind", "element": element.id, "kind": "userTask"} if _is_task(element.kind) else {}
            message = f"{shown(element)} es {kind_name(element)}. {instead}"
            yield error(element.id, "supported", message, **fix)


def _is_task(kind: str) -> bool:
    return kind.endswith("ask") and bool(CATALOGUE[kind].refusal)


def _token_quantities(checked: Checked) -> Iterator[Finding]:
    for node in checked.process.iter():
        written = [str(node.get(name) or "1") for name in ("startQuantity", "completionQuantity")]
        if namespace(node) == BPMN and written != ["1", "1"]:
            element = checked.model.elements.get(str(node.get("id") or ""))
            named = shown(element) if element else f"«{one_line(node.get('name'))}»"
            message = (
                f"{named} pide varias llegadas o salidas a la vez (startQuantity, completionQuantity), y el motor "
                "cuenta de una en una. Use una repetición, o un rombo paralelo que reúna."
            )
            yield error(str(node.get("id") or ""), "token_quantity", message)


def _known_tags(checked: Checked) -> Iterator[Finding]:
    for holder in [checked.process, *(node for tag in SUBPROCESSES for node in checked.process.iter(bpmn(tag)))]:
        for node in children(holder):
            if local(node) not in NODES and local(node) not in AROUND and not _marks(node):
                message = f"El motor no ejecuta el elemento «{local(node)}». Quítelo del diagrama."
                yield error(str(node.get("id") or ""), "supported", message)


def _marks(node: Node) -> bool:
    """Whether it says something of the subprocess it is in, which the reader judges."""
    return local(node).endswith("EventDefinition") or local(node) in ("completionCondition", "ioSpecification")


def _other_pools(checked: Checked) -> Iterator[Finding]:
    drawn = {reference(pool.get("processRef")): pool for pool in checked.root.iter(bpmn("participant"))}
    for process in children(checked.root, "process"):
        if process is not checked.process and any(local(node) in NODES for node in children(process)):
            pool = drawn.get(str(process.get("id")))
            name = one_line((process if pool is None else pool).get("name")) or str(process.get("id"))
            message = f"«{name}» también tiene pasos. Deje un solo proceso por archivo y los demás como cajas vacías."
            yield error(str((process if pool is None else pool).get("id") or ""), "one_process", message)


def _drawn(checked: Checked) -> Iterator[Finding]:
    shapes = {reference(shape.get("bpmnElement")) for shape in checked.root.iter(f"{{{BPMNDI}}}BPMNShape")}
    missing = [element for element in checked.model.elements.values() if element.id not in shapes]
    if missing and len(missing) == len(checked.model.elements):
        yield warning("", "drawn", "El archivo no trae el dibujo. Ábralo en el editor, ordénelo y guárdelo.")
    else:
        for element in missing:
            yield warning(element.id, "drawn", f"{shown(element)} no está dibujado. Agréguelo de nuevo en el editor.")


RULES = (
    _duplicate_ids,
    _missing_ids,
    _readable_ids,
    _process,
    _reserved_key,
    _names,
    _lengths,
    _unnamed,
    _supported,
    _token_quantities,
    _known_tags,
    _other_pools,
    _drawn,
)
