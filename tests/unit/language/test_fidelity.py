# ruff: noqa: E501  (a file as another tool writes it)
"""Nothing that another tool wrote is lost in an import but what is listed: elements, attributes, comments."""

from __future__ import annotations

from collections import Counter
from typing import Any

from engine.definitions.importing import import_diagram
from engine.definitions.linting import KnownNames
from engine.definitions.markup import Node, parse

ECHOES = ("incoming", "outgoing")
"""What repeats the flows, and is written anew."""

RICH = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:bizagi="http://www.bizagi.com/bpmn20" xmlns:signavio="http://www.signavio.com" xmlns:bioc="http://bpmn.io/schema/bpmn/biocolor/1.0" xmlns:color="http://www.omg.org/spec/BPMN/non-normative/color/1.0" xmlns:adonis="http://www.boc-eu.com/boc-is/adonis.schema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="D" name="Todo" targetNamespace="http://x" exporter="Signavio" exporterVersion="15" bizagi:v="1">
<bpmn:extensionElements><signavio:meta k="a">texto</signavio:meta></bpmn:extensionElements>
<bpmn:import importType="http://www.w3.org/2001/XMLSchema" location="a.xsd" namespace="urn:a"/>
<bpmn:itemDefinition id="it" structureRef="xsd:string" isCollection="false"/>
<bpmn:message id="m" name="M" itemRef="it"><bpmn:extensionElements><bizagi:prop a="1"/></bpmn:extensionElements></bpmn:message>
<bpmn:interface id="if" name="I"><bpmn:operation id="op" name="o"><bpmn:inMessageRef>m</bpmn:inMessageRef></bpmn:operation></bpmn:interface>
<bpmn:category id="cat"><bpmn:categoryValue id="cv" value="Grupo"/></bpmn:category>
<bpmn:collaboration id="C"><bpmn:documentation>doc colab</bpmn:documentation><bpmn:participant id="P" name="Pool" processRef="pr"><bpmn:extensionElements><bizagi:BizagiExtensions><bizagi:BizagiProperties><bizagi:BizagiProperty name="bgColor" value="White"/></bizagi:BizagiProperties></bizagi:BizagiExtensions></bpmn:extensionElements><bpmn:participantMultiplicity minimum="1" maximum="3"/></bpmn:participant><bpmn:participant id="P2" name="Otro"/><bpmn:messageFlow id="mf" name="avisa" sourceRef="P" targetRef="P2" messageRef="m"/><bpmn:textAnnotation id="tc"><bpmn:text>nota</bpmn:text></bpmn:textAnnotation></bpmn:collaboration>
<bpmn:process id="pr" name="P" isExecutable="true" processType="Private" isClosed="false" camunda:versionTag="1.2" camunda:historyTimeToLive="5">
<bpmn:documentation textFormat="text/html">hola</bpmn:documentation>
<bpmn:extensionElements><camunda:executionListener class="x.Y" event="start"/><bizagi:x><bizagi:y z="1"/></bizagi:x></bpmn:extensionElements>
<bpmn:ioSpecification id="ios"><bpmn:dataInput id="di1" name="a"/><bpmn:inputSet id="is"><bpmn:dataInputRefs>di1</bpmn:dataInputRefs></bpmn:inputSet><bpmn:outputSet id="os"/></bpmn:ioSpecification>
<bpmn:property id="prop" name="dato"/>
<bpmn:laneSet id="ls"><bpmn:lane id="L" name="Enlace"><bpmn:extensionElements><signavio:signavioMetaData metaKey="bgcolor" metaValue="#fff"/></bpmn:extensionElements><bpmn:flowNodeRef>s</bpmn:flowNodeRef><bpmn:flowNodeRef>t</bpmn:flowNodeRef><bpmn:flowNodeRef>e</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>
<bpmn:startEvent id="s" name="Ini" isInterrupting="true" camunda:initiator="quien"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
<!-- un comentario -->
<bpmn:userTask id="t" name="T" startQuantity="1" completionQuantity="1" camunda:asyncBefore="true" camunda:priority="5" adonis:cost="3"><bpmn:documentation>doc</bpmn:documentation><bpmn:extensionElements><camunda:inputOutput><camunda:inputParameter name="a">1</camunda:inputParameter></camunda:inputOutput><camunda:taskListener event="create" expression="${x}"/></bpmn:extensionElements><bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing><bpmn:ioSpecification><bpmn:dataInput id="di2"/><bpmn:inputSet/><bpmn:outputSet/></bpmn:ioSpecification><bpmn:property id="pp" name="x"/><bpmn:dataInputAssociation id="dia"><bpmn:sourceRef>dor</bpmn:sourceRef><bpmn:targetRef>di2</bpmn:targetRef></bpmn:dataInputAssociation><bpmn:performer id="pf"><bpmn:resourceAssignmentExpression><bpmn:formalExpression>user(x)</bpmn:formalExpression></bpmn:resourceAssignmentExpression></bpmn:performer><bpmn:rendering><bpmn:extensionElements><signavio:r/></bpmn:extensionElements></bpmn:rendering></bpmn:userTask>
<bpmn:endEvent id="e" name="F"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
<bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="t" isImmediate="true"><bpmn:extensionElements><bizagi:w/></bpmn:extensionElements></bpmn:sequenceFlow>
<bpmn:sequenceFlow id="f2" sourceRef="t" targetRef="e"/>
<bpmn:dataObject id="dob" name="D" isCollection="true"/><bpmn:dataObjectReference id="dor" name="D" dataObjectRef="dob"><bpmn:dataState id="dst" name="lleno"/></bpmn:dataObjectReference>
<bpmn:dataStoreReference id="dsr" name="S"/>
<bpmn:group id="g" categoryValueRef="cv"/>
<bpmn:textAnnotation id="ta"><bpmn:text>nota</bpmn:text></bpmn:textAnnotation><bpmn:association id="as" sourceRef="t" targetRef="ta" associationDirection="None"/>
</bpmn:process>
<bpmn:relationship type="x" direction="None"><bpmn:source>a</bpmn:source><bpmn:target>b</bpmn:target></bpmn:relationship>
<bpmndi:BPMNDiagram id="BD" name="dib" resolution="96"><bpmndi:BPMNPlane id="BP" bpmnElement="C"><bpmndi:BPMNShape id="P_di" bpmnElement="P" isHorizontal="true" bioc:stroke="#000" color:background-color="#fff"><dc:Bounds x="0" y="0" width="600" height="200"/><bpmndi:BPMNLabel labelStyle="st"><dc:Bounds x="1" y="1" width="2" height="2"/></bpmndi:BPMNLabel></bpmndi:BPMNShape><bpmndi:BPMNShape id="P2_di" bpmnElement="P2"><dc:Bounds x="0" y="300" width="600" height="60"/></bpmndi:BPMNShape><bpmndi:BPMNShape id="L_di" bpmnElement="L"><dc:Bounds x="30" y="0" width="570" height="200"/></bpmndi:BPMNShape><bpmndi:BPMNShape id="s_di" bpmnElement="s"><dc:Bounds x="60" y="80" width="36" height="36"/></bpmndi:BPMNShape><bpmndi:BPMNShape id="t_di" bpmnElement="t"><bpmndi:extension><signavio:z/></bpmndi:extension><dc:Bounds x="160" y="60" width="100" height="80"/></bpmndi:BPMNShape><bpmndi:BPMNShape id="e_di" bpmnElement="e"><dc:Bounds x="360" y="80" width="36" height="36"/></bpmndi:BPMNShape><bpmndi:BPMNEdge id="f1_di" bpmnElement="f1"><di:waypoint xsi:type="dc:Point" x="96" y="98"/><di:waypoint x="160" y="98"/></bpmndi:BPMNEdge><bpmndi:BPMNEdge id="f2_di" bpmnElement="f2"><di:waypoint x="260" y="98"/><di:waypoint x="360" y="98"/></bpmndi:BPMNEdge><bpmndi:BPMNEdge id="mf_di" bpmnElement="mf"><di:waypoint x="260" y="200"/><di:waypoint x="260" y="300"/></bpmndi:BPMNEdge></bpmndi:BPMNPlane><bpmndi:BPMNLabelStyle id="st"><dc:Font name="Arial" size="11"/></bpmndi:BPMNLabelStyle></bpmndi:BPMNDiagram>
</bpmn:definitions>
"""


def bag(root: Node) -> Counter[tuple[Any, ...]]:
    """Every element with its text, attribute and comment, however often."""
    found: Counter[tuple[Any, ...]] = Counter()
    for node in root.iter():
        if not isinstance(node.tag, str):
            found["comment", node.text] += 1
            continue
        found["element", node.tag, "" if len(node) else (node.text or "").strip()] += 1
        for name, value in node.attrib.items():
            found["attribute", node.tag, name, value] += 1
    return found


def lost(before: bytes, after: bytes) -> set[tuple[Any, ...]]:
    """What the second file has less often than the first."""
    gone = bag(parse(before)) - bag(parse(after))
    return {one for one in gone if not (one[0] == "element" and one[1].endswith(ECHOES))}


def test_a_file_of_everything_comes_whole_and_comes_back_whole() -> None:
    known = KnownNames(roles={"enlace": "Enlace"}, forms={}, processes={}, topics={})

    once = import_diagram(RICH, known)
    forms = dict.fromkeys(once.forms, "")
    twice = import_diagram(once.xml, KnownNames(roles={"enlace": "Enlace"}, forms=forms, processes={}, topics={}))

    assert {one[2:] for one in lost(RICH, once.xml)} == {("exporter", "Signavio"), ("exporterVersion", "15")}
    assert any("Lo escribió Signavio 15" in one.message for one in once.repairs)
    assert lost(once.xml, twice.xml) == set()
    assert twice.repairs == ()
