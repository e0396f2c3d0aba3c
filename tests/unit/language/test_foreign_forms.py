"""Forms that other tools keep inside a diagram become simple forms of Cauce, or it is said what was lost."""

from __future__ import annotations

import json
from typing import Any

from engine.definitions.importing import ImportResult, import_diagram
from engine.definitions.linting import KnownNames
from engine.definitions.reading import read_diagram
from tests.unit.language.drawn import chain, end, flow, process, start, user_task
from workflows.forms.schema import check_schema

KNOWN = KnownNames(roles={"enlace": "Enlace"}, forms={"formulario": "Formulario"})


def task(inside: str, attributes: str = "") -> str:
    return (
        f'<bpmn:userTask id="t" name="Revisar" {attributes}><bpmn:extensionElements>{inside}</bpmn:extensionElements>'
        "</bpmn:userTask>"
    )


def brought(one: str, more: str = "", flows: str = "") -> ImportResult:
    body = start() + one + end() + more + (flows or chain("inicio", "t", "fin"))
    return import_diagram(process(body), KNOWN)


def asked(result: ImportResult, key: str = "proceso_t") -> dict[str, dict[str, Any]]:
    assert check_schema(result.forms[key]) == []
    return {one["key"]: one for one in result.forms[key]["components"] if "key" in one}


def test_a_generated_form_of_camunda_7_asks_the_same_here() -> None:
    fields = (
        '<camunda:formField id="aprobada" label="¿La aprueba?" type="boolean"/>'
        '<camunda:formField id="monto" label="Monto" type="long"><camunda:validation>'
        '<camunda:constraint name="required"/><camunda:constraint name="min" config="10"/></camunda:validation>'
        '</camunda:formField><camunda:formField id="clase" label="Clase" type="enum">'
        '<camunda:value id="a" name="Alta"/><camunda:value id="b" name="Baja"/></camunda:formField>'
        '<camunda:formField id="dia" type="date"/><camunda:formField id="nota" label="Nota" type="string"/>'
    )

    result = brought(task(f"<camunda:formData>{fields}</camunda:formData>"))

    form = asked(result)
    assert {key: one["type"] for key, one in form.items()} == {
        "aprobada": "checkbox", "monto": "number", "clase": "select", "dia": "datetime", "nota": "textfield",
        "observaciones": "textarea",
    }  # fmt: skip
    assert form["monto"]["validate"] == {"required": True, "min": 10}
    assert form["clase"]["values"] == [{"label": "Alta", "value": "a"}, {"label": "Baja", "value": "b"}]
    element = read_diagram(result.xml).elements["t"]
    assert (element.form_key, element.properties["salida"]) == ("proceso_t", "aprobada,monto,clase,dia,nota")


def test_what_decides_by_such_a_field_goes_on_doing_so_under_its_new_name() -> None:
    form = '<camunda:formData><camunda:formField id="esUrgente" label="¿Urge?" type="boolean"/></camunda:formData>'
    more = '<bpmn:exclusiveGateway id="g" name="¿Urge?" default="no"/>' + user_task("u") + end("e2")
    flows = chain("inicio", "t", "g", "u", "fin").replace('id="f2"', 'id="si"', 1)
    flows = chain("inicio", "t", "g") + flow("si", "g", "u", "${esUrgente &amp;&amp; x != 'esUrgente'}")
    flows += flow("no", "g", "e2") + flow("q", "u", "fin")

    result = brought(task(form), more, flows)

    assert read_diagram(result.xml).flows["si"].condition == "${es_urgente && x != 'esUrgente'}"
    assert "«esUrgente» es «es_urgente»" in " ".join(repair.message for repair in result.repairs)


def test_a_form_of_flowable_and_one_of_the_start_come_too() -> None:
    form = (
        '<flowable:formProperty id="quien" name="¿Quién?" required="true"/>'
        '<flowable:formProperty id="oculto" readable="false"/>'
    )
    first = start(inside=f"<bpmn:extensionElements>{form}</bpmn:extensionElements>")

    result = import_diagram(process(first + user_task("t") + end() + chain("inicio", "t", "fin")), KNOWN)

    form_of_start = asked(result, "proceso_inicio")
    assert form_of_start["quien"]["validate"] == {"required": True}
    assert read_diagram(result.xml).elements["inicio"].form_key == "proceso_inicio"
    assert "«oculto», que no se mostraba" in " ".join(repair.message for repair in result.repairs)


def test_an_embedded_form_of_camunda_8_comes_with_what_can_be_asked_here() -> None:
    components = [
        {"type": "text", "text": "Hola"},
        {"type": "group", "components": [{"type": "number", "key": "monto", "label": "Monto", "validate": {"min": 1}}]},
        {"type": "taglist", "key": "temas", "label": "Temas", "values": [{"label": "Agua", "value": "agua"}]},
        {"type": "dynamiclist", "key": "filas", "label": "Filas", "components": []},
        {"type": "textfield", "key": "nota", "label": "Nota", "conditional": {"hide": "=true"}},
    ]
    written = json.dumps({"components": components}).replace("&", "&amp;").replace("<", "&lt;")
    body = (
        f'<bpmn:extensionElements><zeebe:userTaskForm id="f_1">{written}</zeebe:userTaskForm></bpmn:extensionElements>'
        + start()
        + task('<zeebe:formDefinition formKey="camunda-forms:bpmn:f_1"/>')
    )

    result = import_diagram(process(body + end() + chain("inicio", "t", "fin")), KNOWN)

    assert {key: one["type"] for key, one in asked(result).items()} == {
        "monto": "number", "temas": "checklist", "nota": "textfield", "observaciones": "textarea",
    }  # fmt: skip
    said = " ".join(repair.message for repair in result.repairs)
    assert "«Filas», de tipo «dynamiclist»" in said and "«conditional» de «Nota»" in said
    assert "formulario" not in {question.rule for question in result.questions}


def test_an_embedded_form_that_cannot_be_read_is_told() -> None:
    broken = '<zeebe:userTaskForm id="f_1">{"components": </zeebe:userTaskForm>'
    body = (
        f"<bpmn:extensionElements>{broken}</bpmn:extensionElements>"
        + start()
        + task('<zeebe:formDefinition formKey="camunda-forms:bpmn:f_1"/>')
    )

    result = import_diagram(process(body + end() + chain("inicio", "t", "fin")), KNOWN)

    assert "el formulario «f_1», que no se puede leer" in " ".join(repair.message for repair in result.repairs)


def test_what_of_a_form_is_not_kept_is_said() -> None:
    fields = (
        '<camunda:formField id="a" label="A" type="moneda" defaultValue="5"><camunda:validation>'
        '<camunda:constraint name="validator" config="com.x.Y"/></camunda:validation></camunda:formField>'
        '<camunda:formField id="b" label="B" type="enum"/>'
    )

    result = brought(task(f"<camunda:formData>{fields}</camunda:formData>"))

    said = " ".join(repair.message for repair in result.repairs)
    assert {key: one["type"] for key, one in asked(result).items()} == {
        "a": "textfield", "b": "textfield", "observaciones": "textarea",
    }  # fmt: skip
    for lost in ("el tipo «moneda» de «A»", "el valor inicial «5» de «A»", "el límite «validator» de «A»",
                 "las opciones de «B»"):  # fmt: skip
        assert lost in said


def test_a_form_with_a_field_called_like_the_remarks_of_every_step_keeps_both() -> None:
    form = '<camunda:formData><camunda:formField id="observaciones" type="string"/></camunda:formData>'

    result = brought(task(form))

    assert list(asked(result)) == ["observaciones", "observaciones_del_paso"]
