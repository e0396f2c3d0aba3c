# ruff: noqa: E501  (files as other tools write them)
"""Diagrams as seven other tools write them: what each kind of drawing is, dressed in each tool's own words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from lxml import etree

from engine.definitions.markup import BPMN, Node, bpmn, local
from tests.unit.language.drawn import chain, definitions, end, flow, start

ROOTS: Final = (
    '<bpmn:message id="m" name="llega"/><bpmn:signal id="sg" name="alarma"/><bpmn:error id="er" errorCode="E1"/>'
    '<bpmn:escalation id="es" escalationCode="X1" name="sube"/>'
)
TIMER: Final = (
    '<bpmn:timerEventDefinition><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P3D</bpmn:timeDuration>'
    "</bpmn:timerEventDefinition>"
)
MESSAGE: Final = '<bpmn:messageEventDefinition messageRef="m"/>'


def step(tag: str, node_id: str, inside: str = "", **attributes: str) -> str:
    """One element of the flow."""
    said = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<bpmn:{tag} id="{node_id}" name="Paso {node_id}"{said}>{inside}</bpmn:{tag}>'


def task(node_id: str, inside: str = "", **attributes: str) -> str:
    """A step of a person."""
    return step("userTask", node_id, inside, **attributes)


def _gateway(kind: str, flows: str, **attributes: str) -> str:
    body = start() + task("t") + step(f"{kind}Gateway", "g", **attributes) + task("a") + task("b")
    joined = step(f"{kind if kind != 'eventBased' else 'exclusive'}Gateway", "j") + end()
    return (
        body
        + joined
        + chain("inicio", "t", "g")
        + flows
        + flow("x", "a", "j")
        + flow("y", "b", "j")
        + flow("z", "j", "fin")
    )


def _line(*steps: str, ids: str) -> str:
    return start() + "".join(steps) + end() + chain("inicio", *ids, "fin")


def _border(event: str, on: str = "t", cancels: str = "true", host: str = "") -> str:
    at = step("boundaryEvent", "b", event, attachedToRef=on, cancelActivity=cancels)
    return _line(host or task("t"), ids=on) + at + task("c") + end("e2") + flow("p", "b", "c") + flow("q", "c", "e2")


def _sub(tag: str = "subProcess", extra: str = "", **attributes: str) -> str:
    inside = start("si") + task("w") + end("so") + chain("si", "w", "so").replace('id="f', 'id="sf')
    return step(tag, "s", inside + extra, **attributes)


_MANY = "<bpmn:multiInstanceLoopCharacteristics isSequential='{}'><bpmn:loopCardinality>3</bpmn:loopCardinality>{}</bpmn:multiInstanceLoopCharacteristics>"
_ASKED = "${monto &gt; 10}"
_DATA = (
    '<bpmn:ioSpecification id="io"><bpmn:dataInput id="di" name="solicitud"/><bpmn:dataOutput id="do" name="concepto"/>'
    '<bpmn:inputSet id="is"><bpmn:dataInputRefs>di</bpmn:dataInputRefs></bpmn:inputSet>'
    '<bpmn:outputSet id="os"><bpmn:dataOutputRefs>do</bpmn:dataOutputRefs></bpmn:outputSet></bpmn:ioSpecification>'
    '<bpmn:dataInputAssociation id="dia"><bpmn:sourceRef>dr</bpmn:sourceRef><bpmn:targetRef>di</bpmn:targetRef>'
    "</bpmn:dataInputAssociation>"
    '<bpmn:dataOutputAssociation id="doa"><bpmn:sourceRef>do</bpmn:sourceRef><bpmn:targetRef>dr</bpmn:targetRef>'
    "</bpmn:dataOutputAssociation>"
)
_OBJECTS = '<bpmn:dataObject id="dob" isCollection="true"/><bpmn:dataObjectReference id="dr" name="Solicitud" dataObjectRef="dob"><bpmn:dataState id="ds" name="radicada"/></bpmn:dataObjectReference>'
_NOTE = '<bpmn:textAnnotation id="ta"><bpmn:text>Con copia al área jurídica</bpmn:text></bpmn:textAnnotation><bpmn:association id="as" sourceRef="t" targetRef="ta"/><bpmn:group id="gr" categoryValueRef="cv"/>'
_LANES = '<bpmn:laneSet id="ls"><bpmn:lane id="l1" name="Analista"><bpmn:flowNodeRef>inicio</bpmn:flowNodeRef><bpmn:flowNodeRef>t</bpmn:flowNodeRef><bpmn:flowNodeRef>fin</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>'
_RAISED = step(
    "subProcess",
    "ev",
    start("ei", MESSAGE) + task("et") + end("eo") + flow("e1", "ei", "et") + flow("e2", "et", "eo"),
    triggeredByEvent="true",
)

KINDS: Final = {
    "a decision": _gateway("exclusive", flow("p", "g", "a", _ASKED) + flow("q", "g", "b"), default="q"),
    "names on the ways": _gateway("exclusive", flow("p", "g", "a", name="Sí") + flow("q", "g", "b", name="No")),
    "an inclusive decision": _gateway("inclusive", flow("p", "g", "a", _ASKED) + flow("q", "g", "b", "${urgente}")),
    "in parallel": _gateway("parallel", flow("p", "g", "a") + flow("q", "g", "b")),
    "a complex gateway": _gateway("complex", flow("p", "g", "a", _ASKED) + flow("q", "g", "b")),
    "what comes first": start() + step("eventBasedGateway", "g") + step("intermediateCatchEvent", "a", TIMER)
    + step("receiveTask", "b", messageRef="m") + end() + chain("inicio", "g", "a", "fin") + flow("q", "g", "b")
    + flow("r", "b", "fin"),
    "a timer at a border": _border(TIMER),
    "a reminder": _border(TIMER, cancels="false"),
    "an error of a subprocess": _border('<bpmn:errorEventDefinition errorRef="er"/>', "s", host=_sub()),
    "an escalation": _border('<bpmn:escalationEventDefinition escalationRef="es"/>', "s", "false", host=_sub()),
    "a compensation": _border("<bpmn:compensateEventDefinition/>"),
    "a transaction": _line(_sub("transaction", method="##Compensate"), ids="s"),
    "in any order": _line(
        step("adHocSubProcess", "s", task("u") + task("v") + "<bpmn:completionCondition>${listo}</bpmn:completionCondition>", ordering="Sequential"),
        ids="s",
    ),
    "an event subprocess": _RAISED + _line(task("t"), ids="t"),
    "for each, until": _line(task("t", _MANY.format("false", "<bpmn:completionCondition>${nrOfCompletedInstances &gt; 1}</bpmn:completionCondition>")), ids="t"),
    "one after another": _line(task("t", _MANY.format("true", "")), ids="t"),
    "again while": _line(
        task("t", '<bpmn:standardLoopCharacteristics testBefore="true" loopMaximum="5"><bpmn:loopCondition>${faltan}</bpmn:loopCondition></bpmn:standardLoopCharacteristics>'),
        ids="t",
    ),
    "links": start() + step("intermediateThrowEvent", "l1", '<bpmn:linkEventDefinition name="A"/>')
    + step("intermediateCatchEvent", "l2", '<bpmn:linkEventDefinition name="A"/>') + task("t") + end()
    + flow("p", "inicio", "l1") + flow("q", "l2", "t") + flow("r", "t", "fin"),
    "a script": _line(step("scriptTask", "t", "<bpmn:script>monto = 5;</bpmn:script>", scriptFormat="javascript"), ids="t"),
    "services": _line(step("serviceTask", "t", implementation="##WebService"), step("sendTask", "u", messageRef="m"), step("businessRuleTask", "v"), ids="tuv"),
    "a call": _line(step("callActivity", "t", calledElement="otro"), ids="t"),
    "data": _OBJECTS + step("dataStoreReference", "dst") + _line(task("t", _DATA), ids="t"),
    "notes and lanes": _LANES + _line(task("t"), ids="t") + _NOTE,
    "a signal and the end of all": start(inside=MESSAGE) + task("t")
    + step("intermediateThrowEvent", "n", '<bpmn:signalEventDefinition signalRef="sg"/>')
    + end(inside="<bpmn:terminateEventDefinition/>") + chain("inicio", "t", "n", "fin"),
    "ways out of a task": start() + task("t") + task("a") + task("b") + end() + flow("o", "inicio", "t")
    + flow("p", "t", "a", _ASKED) + flow("q", "t", "b") + flow("r", "a", "fin") + flow("s", "b", "fin"),
}  # fmt: skip

Dress = Callable[[Node], None]


def _extended(node: Node, written: str, where: dict[str, str]) -> None:
    """Put these into the element's extensions."""
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in where.items())
    holder = node.find(bpmn("extensionElements"))
    if holder is None:
        holder = etree.Element(bpmn("extensionElements"))
        node.insert(len(node.findall(bpmn("documentation"))), holder)
    holder.extend(etree.fromstring(f"<r {spaces}>{written}</r>"))


BIZAGI = {"bizagi": "http://www.bizagi.com/bpmn20"}
C7 = {"camunda": "http://camunda.org/schema/1.0/bpmn"}
C8 = {"zeebe": "http://camunda.org/schema/zeebe/1.0", "modeler": "http://camunda.org/schema/modeler/1.0"}
SIGNAVIO = {"signavio": "http://www.signavio.com"}
ADONIS = {"adonis": "http://www.boc-group.com/adonis/bpmn", "x": "http://www.boc-group.com/x"}
FLOWABLE = {
    "activiti": "http://activiti.org/bpmn", "flowable": "http://flowable.org/bpmn", "design": "http://flowable.org/design"
}  # fmt: skip
JBPM = {"drools": "http://www.jboss.org/drools", "bpsim": "http://www.bpsim.org/schemas/1.0"}


def _bizagi(node: Node) -> None:
    colours = '<bizagi:BizagiProperty name="bgColor" value="#ECEFFF"/><bizagi:BizagiProperty name="runtime" value="{&quot;x&quot;:1}"/>'
    _extended(
        node,
        f"<bizagi:BizagiExtensions><bizagi:BizagiProperties>{colours}</bizagi:BizagiProperties></bizagi:BizagiExtensions>",
        BIZAGI,
    )
    node.insert(0, etree.Element(bpmn("documentation")))
    if local(node).endswith("Task"):
        for name, value in (("completionQuantity", "1"), ("isForCompensation", "false"), ("startQuantity", "1")):
            node.set(name, value)


def _camunda_7(node: Node) -> None:
    space = f"{{{C7['camunda']}}}"
    if local(node) == "userTask":
        form = '<camunda:formData><camunda:formField id="monto" label="Monto" type="long"><camunda:properties><camunda:property id="p" value="q"/></camunda:properties><camunda:validation><camunda:constraint name="min" config="1"/></camunda:validation></camunda:formField></camunda:formData>'
        _extended(
            node,
            form
            + '<camunda:taskListener event="create" class="x.Y"><camunda:field name="f"><camunda:string>v</camunda:string></camunda:field></camunda:taskListener>',
            C7,
        )
        node.set(f"{space}candidateGroups", "analista")
        node.set(f"{space}priority", "50")
        node.set(f"{space}asyncBefore", "true")
    else:
        _extended(
            node,
            '<camunda:executionListener event="start" expression="${x}"/><camunda:failedJobRetryTimeCycle>R3/PT5M</camunda:failedJobRetryTimeCycle><camunda:properties><camunda:property name="propia" value="1"/></camunda:properties>',
            C7,
        )
        node.set(f"{space}jobPriority", "3")


def _camunda_8(node: Node) -> None:
    if local(node) == "userTask":
        _extended(
            node,
            '<zeebe:userTask/><zeebe:assignmentDefinition candidateGroups="analista"/><zeebe:formDefinition formId="f1" bindingType="latest"/><zeebe:taskHeaders><zeebe:header key="k" value="v"/></zeebe:taskHeaders>',
            C8,
        )
    elif local(node) in ("serviceTask", "sendTask"):
        _extended(
            node,
            '<zeebe:taskDefinition type="cobrar" retries="3"/><zeebe:ioMapping><zeebe:input source="=a" target="b"/></zeebe:ioMapping>',
            C8,
        )
        node.set(f"{{{C8['zeebe']}}}modelerTemplate", "io.camunda.connectors.HttpJson.v2")
        node.set(f"{{{C8['zeebe']}}}modelerTemplateIcon", "data:image/svg+xml;utf8,%3Csvg/%3E")
    else:
        _extended(node, '<zeebe:properties><zeebe:property name="n" value="v"/></zeebe:properties>', C8)


def _signavio(node: Node) -> None:
    _extended(
        node,
        '<signavio:signavioMetaData metaKey="bgcolor" metaValue="#ffffcc"/><signavio:signavioLabel align="center" bottom="true" x="10.5" y="3" ref="text_name"/>',
        SIGNAVIO,
    )
    if local(node) == "userTask":
        node.set("implementation", "webService")
        node.set("completionQuantity", "1")
        node.set("startQuantity", "1")


def _adonis(node: Node) -> None:
    _extended(
        node,
        '<adonis:attributes><adonis:attribute name="Costos" type="DOUBLE">3,5</adonis:attribute><adonis:attribute name="Descripción"><![CDATA[<p>con <b>formato</b></p>]]></adonis:attribute></adonis:attributes>',
        ADONIS,
    )
    node.set(f"{{{ADONIS['adonis']}}}uuid", f"{{{node.get('id')}-0001}}")
    node.set(f"{{{ADONIS['x']}}}order", "7")


def _flowable(node: Node) -> None:
    space = f"{{{FLOWABLE['flowable']}}}"
    _extended(
        node,
        "<design:stencilid><![CDATA[Paso]]></design:stencilid><design:stencilsuperid><![CDATA[Task]]></design:stencilsuperid>",
        FLOWABLE,
    )
    if local(node) == "userTask":
        _extended(
            node,
            '<activiti:formProperty id="clase" name="Clase" type="enum"><activiti:value id="a" name="A"/></activiti:formProperty><flowable:taskListener event="complete" delegateExpression="${z}"/>',
            FLOWABLE,
        )
        node.set(f"{space}candidateUsers", "ana,luis")
        node.set(f"{{{FLOWABLE['activiti']}}}dueDate", "P4D")
        node.set(f"{space}formFieldValidation", "true")


def _jbpm(node: Node) -> None:
    _extended(
        node,
        f"<drools:metaData name='elementname'><drools:metaValue><![CDATA[{node.get('name')}]]></drools:metaValue></drools:metaData>",
        JBPM,
    )
    if local(node) == "userTask":
        _extended(
            node,
            "<drools:onEntry-script scriptFormat='http://www.java.com/java'><drools:script><![CDATA[x();]]></drools:script></drools:onEntry-script>",
            JBPM,
        )
        node.set(f"{{{JBPM['drools']}}}selectable", "true")
        owner = "<bpmn:potentialOwner id='po_{0}'><bpmn:resourceAssignmentExpression id='ra_{0}'><bpmn:formalExpression>analista</bpmn:formalExpression></bpmn:resourceAssignmentExpression></bpmn:potentialOwner>"
        node.append(etree.fromstring(f"<r xmlns:bpmn='{BPMN}'>{owner.format(node.get('id'))}</r>")[0])


TOOLS: Final[dict[str, tuple[Dress, dict[str, str], str]]] = {
    "Bizagi": (_bizagi, {"exporter": "Bizagi Modeler", "exporterVersion": "3.9"}, ""),
    "Camunda 7": (_camunda_7, {"exporter": "Camunda Modeler", "exporterVersion": "5.2"}, ""),
    "Camunda 8": (_camunda_8, {f"{{{C8['modeler']}}}executionPlatform": "Camunda Cloud"}, ""),
    "Signavio": (_signavio, {"exporter": "Signavio Process Editor", "expressionLanguage": "http://www.w3.org/TR/XPath"},
                 '<bpmn:category id="ca"><bpmn:categoryValue id="cv" value="Jurídica"/></bpmn:category>'),
    "ADONIS": (_adonis, {"exporter": "ADONIS", "exporterVersion": "14.0"},
               '<bpmn:resource id="R1" name="Analista"><bpmn:resourceParameter id="rp" isRequired="false"/></bpmn:resource>'),
    "Flowable": (_flowable, {"typeLanguage": "http://www.w3.org/2001/XMLSchema"}, ""),
    "jBPM": (_jbpm, {"exporter": "jBPM Process Modeler"},
             '<bpmn:itemDefinition id="it" structureRef="String"/><bpmn:interface id="if" name="x"><bpmn:operation id="op" name="o"><bpmn:inMessageRef>m</bpmn:inMessageRef></bpmn:operation></bpmn:interface>'),
}  # fmt: skip


def drawn_by(tool: str, kind: str) -> bytes:
    """The file in which this tool keeps this kind of drawing."""
    dress, attributes, roots = TOOLS[tool]
    pool = '<bpmn:collaboration id="co"><bpmn:participant id="pa" name="Entidad" processRef="pr"><bpmn:participantMultiplicity id="pm" minimum="1" maximum="3"/></bpmn:participant><bpmn:participant id="pb" name="Ciudadano"/><bpmn:messageFlow id="mf" name="Solicitud" sourceRef="pb" targetRef="pa"/></bpmn:collaboration>'
    body = (
        f'<bpmn:process id="pr" name="Trámite" isExecutable="false" processType="Private">{KINDS[kind]}</bpmn:process>'
    )
    root = etree.fromstring(definitions(ROOTS + roots + pool + body + "<!-- escrito a mano -->"))
    for name, value in attributes.items():
        root.set(name, value)
    for node in list(root.iter(f"{{{BPMN}}}*")):
        if _is_step(node):
            dress(node)
    _picture(root, tool)
    if tool == "jBPM":
        extra = f"<r xmlns:bpmn='{BPMN}' xmlns:bpsim='{JBPM['bpsim']}'><bpmn:relationship type='BPSimData'><bpmn:extensionElements><bpsim:BPSimData><bpsim:Scenario id='sc' name='s'/></bpsim:BPSimData></bpmn:extensionElements><bpmn:source>pr</bpmn:source><bpmn:target>pr</bpmn:target></bpmn:relationship></r>"
        root.append(etree.fromstring(extra)[0])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _is_step(node: Node) -> bool:
    return local(node).endswith(("Task", "Event", "Gateway", "rocess", "Activity")) or local(node) == "sequenceFlow"


def _picture(root: Node, tool: str) -> None:
    """A drawing with what tools write into it: colours, labels, styles."""
    di = "http://www.omg.org/spec/BPMN/20100524/DI"
    spaces = f"xmlns:bpmndi='{di}' xmlns:dc='http://www.omg.org/spec/DD/20100524/DC' xmlns:di='http://www.omg.org/spec/DD/20100524/DI' xmlns:bioc='http://bpmn.io/schema/bpmn/biocolor/1.0' xmlns:color='http://www.omg.org/spec/BPMN/non-normative/color/1.0'"
    shapes = [
        '<bpmndi:BPMNShape id="pa_di" bpmnElement="pa" isHorizontal="true"><dc:Bounds x="0" y="0" width="1500" height="400"/></bpmndi:BPMNShape>',
        '<bpmndi:BPMNShape id="pb_di" bpmnElement="pb" isHorizontal="true" bioc:stroke="#1e88e5"><dc:Bounds x="0" y="500" width="1500" height="60"/></bpmndi:BPMNShape>',
    ]
    for place, node in enumerate(
        one for one in root.iter(f"{{{BPMN}}}*") if _is_step(one) and local(one) not in ("process", "sequenceFlow")
    ):
        label = '<bpmndi:BPMNLabel labelStyle="st"><dc:Bounds x="1" y="2" width="30" height="14"/></bpmndi:BPMNLabel>'
        at = f'<dc:Bounds x="{60 + 120 * place}" y="80" width="90" height="60"/>'
        style = ' color:background-color="#fff" isExpanded="true"' if local(node).endswith("Process") else ""
        shapes.append(
            f'<bpmndi:BPMNShape id="{node.get("id")}_di" bpmnElement="{node.get("id")}"{style}>{at}{label}</bpmndi:BPMNShape>'
        )
    for node in root.iter(bpmn("sequenceFlow")):
        shapes.append(
            f'<bpmndi:BPMNEdge id="{node.get("id")}_di" bpmnElement="{node.get("id")}"><di:waypoint x="10" y="20"/><di:waypoint x="90" y="20"/></bpmndi:BPMNEdge>'
        )
    shapes.append(
        '<bpmndi:BPMNEdge id="mf_di" bpmnElement="mf" messageVisibleKind="initiating"><di:waypoint x="50" y="500"/><di:waypoint x="50" y="400"/></bpmndi:BPMNEdge>'
    )
    drawing = f'<r {spaces}><bpmndi:BPMNDiagram id="D" name="{tool}" resolution="96"><bpmndi:BPMNPlane id="PL" bpmnElement="co">{"".join(shapes)}</bpmndi:BPMNPlane><bpmndi:BPMNLabelStyle id="st"><dc:Font name="Arial" size="11" isBold="false"/></bpmndi:BPMNLabelStyle></bpmndi:BPMNDiagram></r>'
    root.append(etree.fromstring(drawing)[0])


def every() -> Iterator[tuple[str, bytes]]:
    """Each kind as each tool keeps it."""
    for tool in TOOLS:
        for kind in KINDS:
            yield f"{tool}: {kind}", drawn_by(tool, kind)
