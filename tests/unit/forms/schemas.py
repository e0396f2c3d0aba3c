"""The forms that these tests fill in, written as a process owner would."""

from __future__ import annotations

from typing import Any

from workflows.forms.schema import FormSchema


def column(kind: str, key: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, "label": key.replace("_", " ").capitalize(), **more}


def form(*components: dict[str, Any]) -> FormSchema:
    return FormSchema.from_dict({"type": "default", "id": "prueba", "components": list(components)})


REQUIRED = {"required": True}

REPORT = form(
    column(
        "dynamiclist",
        "avances",
        components=[
            column("textfield", "codigo", readonly=True),
            column("textfield", "nombre", readonly=True, properties={"pes.lugar": "titulo"}),
            column("textfield", "semaforo_previsto", readonly=True),
            column("number", "valor_periodo", validate=REQUIRED),
            column("textarea", "avance_cualitativo", validate=REQUIRED),
            column(
                "textarea",
                "justificacion_rezago",
                validate=REQUIRED,
                conditional={"hide": '=not(semaforo_previsto in ["rojo", "amarillo"])'},
            ),
            column("filepicker", "evidencias", validate=REQUIRED),
            column("datetime", "fecha_evidencia"),
        ],
    )
)

MEETING = form(
    column("datetime", "fecha_reunion", validate=REQUIRED),
    column("radio", "modalidad", values=[{"value": "presencial", "label": "Presencial"}], validate=REQUIRED),
    column(
        "dynamiclist",
        "orden_del_dia",
        validate=REQUIRED,
        components=[
            column("textfield", "punto", validate=REQUIRED),
            column("select", "responsable", valuesKey="personas"),
        ],
    ),
    column("checklist", "invitados", valuesKey="personas"),
    column("checkbox", "confirmo", validate=REQUIRED),
    column(
        "radio", "decision", values=[{"value": "avalo", "label": "Avalo"}, {"value": "devuelvo", "label": "Devuelvo"}]
    ),
    column("textarea", "motivo", validate=REQUIRED, conditional={"hide": '=decision != "devuelvo"'}),
)
