"""Reads DMN files (1.1 to 1.5) of whatever tool; what is in them and can't be evaluated is said, never left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from engine.decisions.model import (
    ANYTHING,
    Aggregation,
    DecisionModel,
    Entries,
    HitPolicy,
    Input,
    Invocation,
    Items,
    Literal,
    Logic,
    Node,
    Output,
    Refusal,
    Rule,
    Table,
    Type,
)
from engine.definitions.markup import parse_strangers
from engine.errors import UnreadableDecision, UnreadableDiagram

_DMN = ("http://www.omg.org/spec/DMN/", "https://www.omg.org/spec/DMN/")
"""How the namespaces of all versions begin."""
_TYPES: Mapping[str, str] = {
    "string": "string", "number": "number", "boolean": "boolean", "date": "date", "time": "time",
    "integer": "number", "int": "number", "long": "number", "double": "number", "decimal": "number", "float": "number",
    "datetime": "date and time", "dateandtime": "date and time", "date and time": "date and time",
    "daytimeduration": "days and time duration", "days and time duration": "days and time duration",
    "dayandtimeduration": "days and time duration", "daysandtimeduration": "days and time duration",
    "yearmonthduration": "years and months duration", "years and months duration": "years and months duration",
    "yearsandmonthsduration": "years and months duration", "text": "string", "any": "", "null": "", "context": "",
}  # fmt: skip
"""FEEL's names of types, and those of Camunda and older files."""
_WHOLE = frozenset({"integer", "int", "long"})
_FEEL = ("feel", "s-feel", "friendly", "")
_CODE = {"javascript", "groovy", "python", "jruby", "ruby", "java", "pmml", "juel"}
_POLICIES = {**{one.value: one for one in HitPolicy}, **{one.name.replace("_", " "): one for one in HitPolicy}}
_LETTERS = {
    "U": HitPolicy.UNIQUE, "A": HitPolicy.ANY, "P": HitPolicy.PRIORITY, "F": HitPolicy.FIRST, "C": HitPolicy.COLLECT,
    "R": HitPolicy.RULE_ORDER, "O": HitPolicy.OUTPUT_ORDER,
}  # fmt: skip
_BOXES = ("decisionTable", "literalExpression", "invocation", "context", "list", "relation", "functionDefinition")
_NEWER = {"conditional": "si… entonces", "filter": "filtro", "for": "recorrido", "some": "algún", "every": "todos"}


def read_decisions(xml: bytes) -> DecisionModel:
    """The decisions of a file. Raises `UnreadableDecision`."""
    try:
        root = parse_strangers(xml)
    except UnreadableDiagram as exc:
        raise UnreadableDecision(exc.message.replace(".bpmn", ".dmn")) from exc
    name = etree.QName(root)
    if name.localname != "definitions" or not (name.namespace or "").startswith(_DMN):
        raise UnreadableDecision
    return _Reading(root).model()


@dataclass(slots=True)
class _Reading:
    root: etree._Element
    refused: list[Refusal] = field(default_factory=list)
    types: dict[str, etree._Element] = field(default_factory=dict)

    def model(self) -> DecisionModel:
        self.types = {one.get("name", ""): one for one in _children(self.root, "itemDefinition")}
        for one in _children(self.root, "import"):
            self._refuse(
                "el archivo", f"Usa otro archivo («{one.get('name') or one.get('namespace')}»): júntelos en uno."
            )
        decisions = [self._decision(one) for one in _every(self.root, "decision")]
        functions = [self._function(one) for one in _every(self.root, "businessKnowledgeModel")]
        inputs = {
            one.get("id", ""): (self._variable(one), self._type(_child(one, "variable")))
            for one in _every(self.root, "inputData")
        }
        for service in _every(self.root, "decisionService"):
            self._refuse(_named(service), "Los servicios de decisión no se evalúan: use sus decisiones directamente.")
        if not decisions:
            raise UnreadableDecision("El archivo DMN no tiene ninguna decisión.")
        return DecisionModel(
            id=self.root.get("id") or decisions[0].id,
            name=self.root.get("name") or decisions[0].name,
            decisions={one.id: one for one in decisions},
            functions={one.id: one for one in functions},
            inputs=inputs,
            refused=tuple(self.refused),
        )

    def _decision(self, decision: etree._Element) -> Node:
        variable = _child(decision, "variable")
        logic = next(iter(self._boxes(decision)), None)
        kind = self._type(variable)
        if logic is None:
            self._refuse(_named(decision), "No tiene tabla ni expresión: complétela en el editor que la hizo.")
        return Node(
            id=decision.get("id", ""),
            name=str(decision.get("name") or decision.get("id", "")),
            variable=self._variable(decision),
            logic=logic,
            type=kind,
            requires=tuple(_required(decision)),
            description=_text(decision, "description"),
        )

    def _function(self, function: etree._Element) -> Node:
        encapsulated = _child(function, "encapsulatedLogic")
        parameters, logic = self._definition(encapsulated, _named(function)) if encapsulated is not None else ((), None)
        return Node(
            id=function.get("id", ""),
            name=function.get("name", ""),
            variable=self._variable(function),
            logic=logic,
            requires=tuple(_required(function)),
            parameters=parameters,
        )

    def _definition(self, box: etree._Element, where: str) -> tuple[tuple[tuple[str, Type], ...], Logic | None]:
        kind = (box.get("kind") or "FEEL").upper()
        if kind != "FEEL":
            self._refuse(where, f"Usa un programa ({kind.lower()}): una decisión no puede llevar código.")
            return (), None
        parameters = tuple((one.get("name", ""), self._type(one)) for one in _children(box, "formalParameter"))
        return parameters, next(iter(self._boxes(box)), None)

    def _boxes(self, around: etree._Element) -> Iterator[Logic]:
        where = _named(around)
        for box in around:
            tag = _tag(box)
            if tag in _NEWER:
                self._refuse(where, f"Usa una caja «{_NEWER[tag]}»: escríbala como tabla o expresión.")
            elif tag in _BOXES:
                yield from self._box(box, tag, where)

    def _box(self, box: etree._Element, tag: str, where: str) -> Iterator[Logic]:
        match tag:
            case "decisionTable":
                yield self._table(box, where)
            case "literalExpression":
                yield Literal(self._expression(box, where))
            case "invocation":
                yield self._invocation(box)
            case "context":
                yield Entries(tuple(self._entries(box)))
            case "list":
                yield Items(tuple(self._boxes(box)))
            case "relation":
                yield self._relation(box)
            case _:
                self._refuse(where, "Define una función dentro de la decisión: póngala aparte, como modelo de negocio.")

    def _table(self, box: etree._Element, where: str) -> Table:
        self._language(box, where)
        if box.get("preferredOrientation") in ("CrossTable",):
            self._refuse(where, "Es una tabla cruzada: guárdela con las reglas como filas.")
        inputs = tuple(self._input(one, where) for one in _children(box, "input"))
        outputs = tuple(self._output(one) for one in _children(box, "output"))
        rules = tuple(
            self._rule(number, one, where, (len(inputs), len(outputs)))
            for number, one in enumerate(_children(box, "rule"), 1)
        )
        return Table(inputs, outputs, rules, self._policy(box, where), self._aggregation(box, where))

    def _aggregation(self, box: etree._Element, where: str) -> Aggregation | None:
        written = (box.get("aggregation") or "").upper()
        if written and written not in Aggregation.__members__:
            self._refuse(where, f"No existe la cuenta «{written}»: use SUM, MIN, MAX o COUNT.")
        return Aggregation.__members__.get(written)

    def _policy(self, box: etree._Element, where: str) -> HitPolicy:
        written = (box.get("hitPolicy") or "UNIQUE").upper().replace("_", " ").strip()
        found = _POLICIES.get(written) or _LETTERS.get(written)
        if found is None:
            self._refuse(where, f"No existe la política «{written}»: use U, A, P, F, R, O o C.")
        return found or HitPolicy.UNIQUE

    def _input(self, column: etree._Element, where: str) -> Input:
        asked = _child(column, "inputExpression")
        text = self._expression(asked, where) if asked is not None else ""
        variable = _attribute(column, "inputVariable")
        return Input(
            column.get("id", ""),
            column.get("label") or text or variable,
            text or variable or column.get("label", ""),
            self._type(asked),
            self._tests(_child(column, "inputValues")),
        )

    def _output(self, column: etree._Element) -> Output:
        default = _child(column, "defaultOutputEntry")
        name = column.get("name") or ""
        return Output(
            column.get("id", ""),
            name,
            column.get("label") or name,
            self._type(column),
            self._tests(_child(column, "outputValues")),
            _text(default, "text") if default is not None else "",
        )

    def _rule(self, number: int, row: etree._Element, where: str, wide: tuple[int, int]) -> Rule:
        tests, results = _children(row, "inputEntry"), _children(row, "outputEntry")
        for cell in (*tests, *results):
            self._language(cell, f"{where}, fila {number}")
        if (len(tests), len(results)) != wide:
            self._refuse(where, f"La fila {number} no tiene una celda por columna.")
        notes = (_text(row, "description"), *(_text(one, "text") for one in _children(row, "annotationEntry")))
        padded = [_text(one, "text") for one in tests] + ["-"] * (wide[0] - len(tests))
        given = [_text(one, "text") for one in results] + [""] * (wide[1] - len(results))
        note = "; ".join(one for one in notes if one)
        return Rule(number, row.get("id", ""), tuple(padded[: wide[0]]), tuple(given[: wide[1]]), note)

    def _invocation(self, box: etree._Element) -> Invocation:
        called = _child(box, "literalExpression")
        bindings = []
        for one in _children(box, "binding"):
            parameter = _child(one, "parameter")
            logic = next(iter(self._boxes(one)), Literal("null"))
            bindings.append((parameter.get("name", "") if parameter is not None else "", logic))
        return Invocation(_text(called, "text") if called is not None else "", tuple(bindings))

    def _entries(self, box: etree._Element) -> Iterator[tuple[str, Logic]]:
        for one in _children(box, "contextEntry"):
            variable = _child(one, "variable")
            logic = next(iter(self._boxes(one)), None)
            if logic is not None:
                yield variable.get("name", "") if variable is not None else "", logic

    def _relation(self, box: etree._Element) -> Items:
        names = [one.get("name", "") for one in _children(box, "column")]
        rows = []
        for row in _children(box, "row"):
            cells = list(self._boxes(row))
            rows.append(Entries(tuple(zip(names, cells, strict=False))))
        return Items(tuple(rows))

    def _expression(self, box: etree._Element, where: str) -> str:
        self._language(box, where)
        if _child(box, "importedValues") is not None:
            self._refuse(where, "Toma valores de otro archivo: escríbalos aquí.")
        return _text(box, "text")

    def _language(self, box: etree._Element, where: str) -> None:
        written = (box.get("expressionLanguage") or box.get("typeLanguage") or "").rstrip("/")
        language = written.rsplit("/", 1)[-1].lower()
        spoken = language in _FEEL or "FEEL" in written or written.startswith(_DMN)
        if not spoken:
            code = "Lleva código" if language in _CODE else "Está escrita en otro lenguaje"
            self._refuse(where, f"{code} ({language}): escríbala en FEEL.")

    def _tests(self, values: etree._Element | None) -> str:
        return _text(values, "text") if values is not None else ""

    def _variable(self, element: etree._Element) -> str:
        variable = _child(element, "variable")
        named = variable.get("name") if variable is not None else None
        return str(named or element.get("name") or element.get("id", ""))

    def _type(self, element: etree._Element | None, depth: int = 0) -> Type:
        if element is None:
            return ANYTHING
        reference = element.get("typeRef") or _text(element, "typeRef")
        return self._named_type(reference, depth)

    def _named_type(self, reference: str, depth: int) -> Type:
        name = reference.rsplit("}", 1)[-1]
        if name in self.types and depth < 10:
            return self._item(self.types[name], depth + 1)
        local = name.rsplit(":", 1)[-1]
        if local in self.types and depth < 10:
            return self._item(self.types[local], depth + 1)
        return Type(_TYPES.get(local.lower(), ""), whole=local.lower() in _WHOLE)

    def _item(self, item: etree._Element, depth: int) -> Type:
        base = self._type(item, depth)
        allowed = self._tests(_child(item, "allowedValues")) or base.allowed
        fields = {one.get("name", ""): self._item(one, depth) for one in _children(item, "itemComponent")}
        is_list = item.get("isCollection") == "true"
        return Type(base.base, allowed, fields or base.fields, is_list or base.is_list, base.whole)

    def _refuse(self, where: str, message: str) -> None:
        self.refused.append(Refusal(where, message))


def _required(node: etree._Element) -> Iterator[str]:
    for tag in ("informationRequirement", "knowledgeRequirement"):
        for one in _children(node, tag):
            for end in one:
                if _tag(end) in ("requiredInput", "requiredDecision", "requiredKnowledge"):
                    yield (end.get("href") or "").rsplit("#", 1)[-1]


def _named(element: etree._Element) -> str:
    around: etree._Element | None = element
    while around is not None:
        if name := around.get("name") or around.get("label"):
            return f"«{name}»"
        around = around.getparent()
    return "una decisión"


def _tag(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _children(element: etree._Element, tag: str) -> list[etree._Element]:
    return [one for one in element if _tag(one) == tag]


def _child(element: etree._Element, tag: str) -> etree._Element | None:
    return next((one for one in element if _tag(one) == tag), None)


def _every(root: etree._Element, tag: str) -> Iterator[etree._Element]:
    return (one for one in root.iter() if _tag(one) == tag and one.get("id") is not None)


def _text(element: etree._Element, tag: str) -> str:
    found = _child(element, tag)
    return "".join(map(str, found.itertext())).strip() if found is not None else ""


def _attribute(element: etree._Element, name: str) -> str:
    """An attribute of whatever namespace."""
    return next((str(value) for key, value in element.attrib.items() if etree.QName(key).localname == name), "")
