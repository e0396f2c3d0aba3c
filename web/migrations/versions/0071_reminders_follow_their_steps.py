"""When the phases were drawn in parts, what a plan said of the reminders of their steps goes along."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

PARTS = {
    "f1_conociendo_sector": {
        "f1_paso1_que_sabemos": (
            "alistar_fuentes", "completar_fuentes", "homogenizar_conceptos", "registrar_temas",
            "responder_autodiagnostico",
        ),
        "f1_paso3_estrategia": ("formular_cronograma", "preparar_alternativa", "pronunciarse_alternativa"),
    },
    "f2_elaboracion_pes": {
        "f2_paso1_propuesta_metodologica": ("aprobar_metodologia", "registrar_ajustes"),
        "f2_paso2_asignacion": ("asignar_tareas",),
        "f2_analizar_y_escuchar": (
            "analizar_informes", "consolidar_temas", "elegir_modalidad", "registrar_articulacion",
            "registrar_estado_proyectos", "validar_apuesta", "validar_en_campo",
        ),
        "f2_marco_y_metas": (
            "corregir_indicadores", "definir_lineas_productos", "estructurar_mes", "formular_indicadores",
            "priorizar_temas",
        ),
        "f2_documento": (
            "consolidar_financiamiento", "disenar_herramienta", "estimar_financiamiento", "redactar_seccion",
            "revisar_seccion",
        ),
    },
    "f3_aprobacion_pes": {
        "f3_paso1_presentacion_aprobacion": ("ajustar_o_aclarar", "aprobar_pes", "decidir_en_comite", "fijar_plazos"),
        "f3_paso2_socializacion": ("convocar_presentacion",),
        "sub_acto_administrativo": ("numerar_acto", "proyectar_acto", "suscribir_acto"),
    },
    "f5_ciclo_mensual": {
        "f5_paso1_metas_indicadores": ("aclarar_reporte", "revisar_consolidado"),
        "f5_pasos2_3_objetivos_resultados": ("calificar_cuellos",),
        "f5_informe_mensual": ("ajustar_informe", "aprobar_informe"),
    },
}  # fmt: skip
"""By process, the tasks that its parts draw since then. The act was the third phase's, and is a process of its own."""

TABLE = sa.table(
    "reminder_policy",
    *map(
        sa.column, ("plan_code", "process_key", "element_id", "reminders", "escalations", "reason", "set_by", "set_at")
    ),
)


def upgrade() -> None:
    """Copy what was said of a process to its parts, and of a step to where it is; what is there stays for older cases.

    What a part has of its own already wins.
    """
    connection = op.get_bind()
    kept = connection.execute(sa.select(TABLE)).all()
    known = {(one.plan_code, one.process_key, one.element_id) for one in kept}
    for one in kept:
        for part, element in _goes_to(one.process_key, one.element_id):
            if (one.plan_code, part, element) not in known:
                connection.execute(TABLE.insert().values({**one._mapping, "process_key": part, "element_id": element}))


def _goes_to(process: str, element: str) -> Iterator[tuple[str, str]]:
    for part, elements in PARTS.get(process, {}).items():
        if not element or element in elements:
            yield part, element
