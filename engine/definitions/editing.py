"""Small changes of a diagram's XML, for people who don't draw: the rest of the file stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lxml import etree

from engine.definitions.markup import BPMN, CAMUNDA, XSI, Node, bpmn, child, parse
from engine.errors import Invalid, UnknownElement

BEFORE_EXTENSIONS = (bpmn("documentation"),)


def set_property(xml: bytes, element_id: str, name: str, value: str, *, prefix: str = "pes.") -> bytes:
    """Give an element one of our own properties (`plazo`, without prefix); an empty value takes it away.

    Raises `UnknownElement`, `UnreadableDiagram`.
    """
    root, element = _find(xml, element_id)
    properties = _properties(element, make=bool(value))
    if properties is not None:
        _set(properties, prefix + name, value)
        _drop_if_empty(properties)
    return _written(root)


def set_attribute(xml: bytes, element_id: str, name: str, value: str) -> bytes:
    """Give an element an attribute: `name`, or one of Camunda's by its qualified name (`camunda:formRef`).

    An empty value takes it away. Raises `UnknownElement`, `UnreadableDiagram`.
    """
    root, element = _find(xml, element_id)
    prefix, _, local = name.rpartition(":")
    if prefix not in ("", "camunda"):
        raise Invalid(f"El atributo «{name}» no se puede cambiar aquí.")
    qualified = f"{{{CAMUNDA}}}{local}" if prefix else local
    if value:
        element.set(qualified, value)
    else:
        element.attrib.pop(qualified, "")
    return _written(root)


def set_documentation(xml: bytes, element_id: str, text: str) -> bytes:
    """Give an element its explanation; an empty text takes it away. Raises `UnknownElement`, `UnreadableDiagram`."""
    root, element = _find(xml, element_id)
    documentation = child(element, "documentation")
    if documentation is None and text:
        documentation = etree.Element(bpmn("documentation"))
        element.insert(0, documentation)
    if documentation is not None and text:
        documentation.text = text
    elif documentation is not None:
        element.remove(documentation)
    return _written(root)


def set_condition(xml: bytes, flow_id: str, expression: str) -> bytes:
    """Give a sequence flow the expression under which it is taken; an empty one takes it away.

    Raises `UnknownElement`, `UnreadableDiagram`.
    """
    root, flow = _find(xml, flow_id)
    condition = child(flow, "conditionExpression")
    if condition is None and expression:
        condition = etree.SubElement(flow, bpmn("conditionExpression"))
        condition.set(f"{{{XSI}}}type", _prefixed(condition, "tFormalExpression"))
    if condition is not None and expression:
        condition.text = expression
    elif condition is not None:
        flow.remove(condition)
    return _written(root)


def set_order(xml: bytes, flow_ids: Sequence[str]) -> bytes:
    """Put sequence flows into this order, each in the place of one of them: conditions are looked at in that order.

    Raises `UnknownElement`, `UnreadableDiagram`.
    """
    root, _ = _find(xml, flow_ids[0])
    known = {str(node.get("id")): node for node in root.iter(bpmn("sequenceFlow"))}
    if missing := [one for one in flow_ids if one not in known]:
        raise UnknownElement(f"El diagrama no tiene la flecha «{missing[0]}». Actualice la página.")
    flows = [known[one] for one in flow_ids]
    places = [one for one in root.iter(bpmn("sequenceFlow")) if one in flows]
    if len({one.getparent() for one in flows}) > 1 or places == flows:
        return xml
    marks = []
    for place in places:
        mark = etree.Comment("")
        place.addprevious(mark)
        marks.append(mark)
    for mark, flow in zip(marks, flows, strict=True):
        parent, tail = mark.getparent(), mark.tail
        if parent is not None:
            mark.tail = None
            parent.replace(mark, flow)
            flow.tail = tail or flow.tail
    return _written(root)


def set_timer(xml: bytes, start_id: str, *, has_timer: bool) -> bytes:
    """Let a start event wait for the calendar, or for nothing; one that waits for something else is refused.

    Raises `UnknownElement`, `UnreadableDiagram`, `Invalid`.
    """
    root, start = _find(xml, start_id)
    definitions = [one for one in start if isinstance(one.tag, str) and one.tag.endswith("EventDefinition")]
    timer = child(start, "timerEventDefinition")
    if start.tag != bpmn("startEvent") or any(one is not timer for one in definitions):
        raise Invalid("Este comienzo espera otra cosa que el calendario. Cámbielo en el dibujo.")
    if has_timer and timer is None:
        taken = {str(node.get("id")) for node in root.iter() if isinstance(node.tag, str)}
        made = next(one for number in range(len(taken) + 1) if (one := f"{start_id}_reloj{number or ''}") not in taken)
        etree.SubElement(start, bpmn("timerEventDefinition"), id=made)
    if not has_timer and timer is not None:
        start.remove(timer)
    return _written(root)


def _prefixed(node: Node, name: str) -> str:
    prefix = next((prefix for prefix, address in node.nsmap.items() if address == BPMN), None)
    return f"{prefix}:{name}" if prefix else name


def properties_of(element: Node) -> dict[str, str]:
    """The properties of an element as they are written, by their whole name, ours and those of others."""
    properties = _properties(element, make=False)
    return {} if properties is None else {str(one.get("name")): str(one.get("value") or "") for one in properties}


def rewrite_properties(element: Node, wanted: Mapping[str, str]) -> None:
    """Give an element exactly these properties, by their whole name."""
    properties, known = _properties(element, make=bool(wanted)), properties_of(element)
    if properties is None or known == wanted:
        return
    for name in {**known, **wanted}:
        _set(properties, name, wanted.get(name, ""))
    _drop_if_empty(properties)


def _find(xml: bytes, element_id: str) -> tuple[Node, Node]:
    parse(xml)  # refuses what is dangerous; below, comments must survive
    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    for element in root.iter(f"{{{BPMN}}}*"):
        if element.get("id") == element_id:
            return root, element
    raise UnknownElement(f"El diagrama no tiene el elemento «{element_id}». Actualice la página: quizá lo borraron.")


def _properties(element: Node, *, make: bool) -> Node | None:
    """The `camunda:properties` of an element, made where the schema of BPMN wants them if `make`."""
    extensions = child(element, "extensionElements")
    if extensions is None and make:
        extensions = etree.Element(bpmn("extensionElements"))
        place = sum(1 for one in element if one.tag in BEFORE_EXTENSIONS)
        element.insert(place, extensions)
    if extensions is None:
        return None
    properties = extensions.find(f"{{{CAMUNDA}}}properties")
    if properties is None and make:
        properties = etree.SubElement(extensions, f"{{{CAMUNDA}}}properties", nsmap={"camunda": CAMUNDA})
    return properties


def _set(properties: Node, name: str, value: str) -> None:
    tag = f"{{{CAMUNDA}}}property"
    found = [one for one in properties.findall(tag) if one.get("name") == name]
    if value and not found:
        etree.SubElement(properties, tag, name=name, value=value)
    for one in found:
        if value:
            one.set("value", value)
        else:
            properties.remove(one)


def _drop_if_empty(properties: Node) -> None:
    extensions = properties.getparent()
    if len(properties) or extensions is None:
        return
    extensions.remove(properties)
    owner = extensions.getparent()
    if owner is not None and not len(extensions):
        owner.remove(extensions)


def _written(root: Node) -> bytes:
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")
