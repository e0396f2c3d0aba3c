"""Ways through the shipped processes, by name: what the steps find and what the people answer."""

from __future__ import annotations

from tests.diagrams.walking import Answers, Script

ENTITY = {"entidad": "SDG"}

NOTHING_BACK = {"responsables_por_corregir": [], "ejecucion_por_corregir": [], "responsables_calculado": []}
NO_COMPUTED = [{"responsables_calculado": []}]
REPORTED: Answers = {
    "repartir_reporte": [{"responsables": ["ana", "luis"]}],
    "calcular_indicadores": NO_COMPUTED,
    "validar_reporte": [NOTHING_BACK],
    "avalar_reporte": [{"decision": "avalo"}],
}
MONTH: Answers = {
    **REPORTED,
    "abrir_periodo": [{"entidades": ["SDG", "IDPAC"]}],
    "consolidar_periodo": [{"hay_mesa": False, "entidades_con_cuello": []}],
    "revisar_consolidado": [{"entidades_por_aclarar": []}],
    "aprobar_informe": [{"decision": "aprobado"}],
    "enviar_cuello_detectado": [{"mensajes": []}],
}
MEETING: Answers = {
    "convocar": [{"fecha_reunion": "2018-07-16", "vence_acta": "2018-07-16"}],
    "registrar_asistencia": [{"asistentes": ["ana", "luis"]}],
    "recoger_ajustes": [{"hay_ajustes": False}],
    "cerrar_mesa": [{"acta_id": 1}],
}
LATE: Answers = {
    "calcular_indicadores": NO_COMPUTED,
    "validar_extemporaneo": [NOTHING_BACK],
}
PREPARATION: Answers = {
    "preparar_matriz": [{"entidades": ["SDG", "IDPAC"]}],
    "reunir_responsables": [{"responsables": ["ana", "luis"]}],
    "resolver_aceptaciones": [{"entidades_por_reasignar": []}],
}
RECOVERY: Answers = {
    "formular_plan_choque": [{"fecha_objetivo": "2018-08-31", "corte_verificacion": "2018-08"}],
    "revisar_plan_choque": [{"decision": "conforme"}],
    "aprobar_plan_choque": [{"decision": "aprobado"}],
    "evaluar_recuperacion": [{"recuperado": True}],
}
A_YEAR: Answers = {
    "abrir_vigencia": [{"vigencia": 2018, "entidades": ["SDG", "IDPAC"]}],
    "aprobar_plan_accion": [{"decision": "devuelto"}, {"decision": "aprobado"}],
}
BOTTLENECK = {"entidad": "SDG", "indicador": "IR-1.1", "cuello": 1, "severidad": "baja"}
CALLED = {"rol_convocante": "profesional_sectorial", "tipo": "seguimiento", "tema": "Mesa", "fecha_prevista": "10dh"}

ONE = ["SDG"]
REVIEW: Answers = {"marcar_sin_pronunciamiento": [{}]}
PUBLISHING: Answers = {"verificar_publicacion": [{"entidades_por_completar": []}]}
PHASE_3: Answers = {
    **MEETING,
    **PUBLISHING,
    "fijar_plazos": [{"con_mesa": "no", "vence_revision": "2018-07-16"}],
    "resolver_aprobacion": [{"resultado_aprobacion": "aprobado"}],
    "suscribir_acto": [{"decision": "suscrito"}],
    "convocar_presentacion": [{"fecha_prevista": "2018-07-30"}],
}
ADOPTION = {"modalidad": "adopcion", "documento": "pes", "version": 1, "regla_aprobacion": "mayoria", "canales": []}
CHANGE: Answers = {
    **PHASE_3,
    "emitir_concepto": [{"concepto": "menor"}],
    "aprobar_modificacion": [{"decision": "aprobada"}],
    "formular_modificacion": [{"documento": "pes", "version": 2, "regla_aprobacion": "mayoria", "canales": []}],
}

HALF_YEAR: Answers = {
    **MEETING,
    "abrir_evaluacion": [{"semestre": "2018-S1", "entidades": ["SDG", "IDPAC"]}],
    "decidir_medidas": [{"modificar_pes": "no"}],
    "enviar_cuello_detectado": [{"mensajes": []}],
    "pedir_modificacion_pes": [{"mensajes": []}],
    "aprobar_evaluacion": [{"decision": "aprobada"}],
}
YEARLY: Answers = {
    **MEETING,
    **PUBLISHING,
    "abrir_informe": [{"vigencia": 2018, "entidades": ["SDG", "IDPAC"], "canales": []}],
    "revisar_informe": [{"decision": "conforme"}],
    "aprobar_informe_anual": [{"decision": "aprobado"}],
}

SURVEY: Answers = {
    "disenar_encuesta": [{"cierre_encuesta": "2018-07-20"}],
    "aprobar_encuesta": [{"decision": "aprobada"}],
}
PHASE_1: Answers = {
    **MEETING,
    "verificar_fuentes": [{"entidades_incompletas": []}],
    "registrar_temas": [{"temas_pendientes": []}],
    "resolver_alternativa": [{"resultado_metodologia": "aprobada"}],
}
PHASE_2: Answers = {
    **MEETING,
    **SURVEY,
    "resolver_metodologia": [{"metodologia_aprobada": True}],
    "asignar_tareas": [{"secciones": ["1.1", "2.1"], "entrega_secciones": "2018-09-03"}],
    "elegir_modalidad": [{"modalidades": ["encuesta_virtual", "validacion_en_campo"]}],
    "validar_bateria": [{"entidades_con_errores": []}],
    "revisar_seccion": [{"decision": "aprobada"}],
}

FINAL: Answers = {
    **MEETING,
    **SURVEY,
    "definir_preguntas": [{"con_encuesta": "no"}],
    "redactar_evaluacion": [{"vence_revision": "2018-07-30", "version": 1}],
    "aprobar_evaluacion_final": [{"decision": "aprobada"}],
}
WHOLE: Answers = {
    **PHASE_1,
    **PHASE_2,
    **PHASE_3,
    "crear_plan": [{"regla_aprobacion": "mayoria", "canales": []}],
    "ensamblar_documento": [{"documento": "pes", "version": 1}],
}

CLOSED = [(name, "PES") for name in ("fase_4_cerrada", "fase_5_cerrada", "evaluacion_final_cerrada")]

SCRIPTS: dict[str, Script] = {
    "un mes sin novedad": Script("f5_ciclo_mensual", answers=MONTH),
    "un mes con mesa y sin cuellos": Script(
        "f5_ciclo_mensual",
        answers={**MONTH, **MEETING, "consolidar_periodo": [{"hay_mesa": True, "entidades_con_cuello": []}]},
    ),
    "un mes con todo por discutir": Script(
        "f5_ciclo_mensual",
        answers={
            **MONTH,
            **MEETING,
            "consolidar_periodo": [{"hay_mesa": True, "entidades_con_cuello": ["IDPAC"]}],
            "revisar_consolidado": [{"entidades_por_aclarar": ["SDG"]}, {"entidades_por_aclarar": []}],
            "aprobar_informe": [{"decision": "devuelto"}, {"decision": "aprobado"}],
        },
    ),
    "un mes en que nadie contesta a tiempo": Script(
        "f5_ciclo_mensual",
        answers={**MONTH, "revisar_consolidado": [{"entidades_por_aclarar": ["SDG"]}, {"entidades_por_aclarar": []}]},
        silent=frozenset({"reportar_avance", "aclarar_reporte"}),
    ),
    "un reporte en que una persona no envía": Script(
        "sub_reporte_entidad",
        ENTITY,
        {**REPORTED, "reunir_filas": [{"por_revisar": "aval"}]},
        silent=frozenset({"reportar_avance"}),
    ),
    "un reporte en que nadie envía": Script(
        "sub_reporte_entidad",
        ENTITY,
        {**REPORTED, "reunir_filas": [{"por_revisar": "nada"}]},
        silent=frozenset({"reportar_avance"}),
    ),
    "un reporte devuelto que nadie corrige": Script(
        "sub_reporte_entidad",
        ENTITY,
        {
            **REPORTED,
            "reunir_filas": [{"por_revisar": "validacion"}, {"por_revisar": "aval"}],
            "validar_reporte": [
                {"responsables_por_corregir": ["luis"], "ejecucion_por_corregir": [], "responsables_calculado": []}
            ],
        },
        silent=frozenset({"corregir_avance"}),
    ),
    "un reporte devuelto y corregido": Script(
        "sub_reporte_entidad",
        ENTITY,
        {
            **REPORTED,
            "validar_reporte": [
                {"responsables_por_corregir": ["luis"], "ejecucion_por_corregir": [], "responsables_calculado": []},
                {"responsables_por_corregir": [], "ejecucion_por_corregir": ["rosa"], "responsables_calculado": []},
                NOTHING_BACK,
            ],
            "avalar_reporte": [{"decision": "devuelvo"}, {"decision": "avalo"}],
        },
    ),
    "un indicador calculado y confirmado": Script(
        "sub_reporte_entidad", ENTITY, {**REPORTED, "calcular_indicadores": [{"responsables_calculado": ["ana"]}]}
    ),
    "un indicador calculado que nadie confirma": Script(
        "sub_reporte_entidad",
        ENTITY,
        {**REPORTED, "calcular_indicadores": [{"responsables_calculado": ["ana"]}]},
        silent=frozenset({"confirmar_calculado"}),
    ),
    "una entidad sin nada por reportar": Script(
        "sub_reporte_entidad", ENTITY, {**REPORTED, "repartir_reporte": [{"responsables": []}]}
    ),
    "un reporte extemporáneo": Script(
        "f5_reporte_extemporaneo",
        {**ENTITY, "responsables_pendientes": ["ana", "luis"]},
        {
            "calcular_indicadores": NO_COMPUTED,
            "validar_extemporaneo": [
                {
                    "responsables_por_corregir": ["ana"],
                    "ejecucion_por_corregir": ["rosa"],
                    "responsables_calculado": [],
                },
                NOTHING_BACK,
            ],
        },
    ),
    "un indicador calculado fuera de tiempo": Script(
        "f5_reporte_extemporaneo",
        {**ENTITY, "responsables_pendientes": []},
        {**LATE, "calcular_indicadores": [{"responsables_calculado": ["ana"]}]},
    ),
    "un reporte que nunca llega": Script(
        "f5_reporte_extemporaneo",
        {**ENTITY, "responsables_pendientes": ["ana", "luis"]},
        LATE,
        silent=frozenset({"completar_reporte"}),
    ),
    "una mesa con ajustes al acta": Script(
        "sub_mesa", CALLED, {**MEETING, "recoger_ajustes": [{"hay_ajustes": True}, {"hay_ajustes": False}]}
    ),
    "una mesa en que nadie revisa el acta": Script("sub_mesa", CALLED, MEETING, silent=frozenset({"revisar_acta"})),
    "una mesa sin asistentes con cuenta": Script(
        "sub_mesa", CALLED, {**MEETING, "registrar_asistencia": [{"asistentes": []}]}
    ),
    "una reunión del plan": Script("reunion", {"asunto": "Obras"}, MEETING),
    "responsables que no aceptan": Script(
        "f5_preparacion",
        answers={
            **PREPARATION,
            "resolver_aceptaciones": [{"entidades_por_reasignar": ["SDG"]}, {"entidades_por_reasignar": []}],
        },
        begins="inicio_anual",
    ),
    "un relevo sin respuesta": Script(
        "f5_preparacion",
        {"persona": "ana"},
        PREPARATION,
        silent=frozenset({"aceptar_responsabilidad"}),
        begins="inicio_relevo",
    ),
    "un plan de choque que funciona": Script(
        "sub_plan_choque", BOTTLENECK, RECOVERY, receives=[("corte_cerrado", "PES/2018-08")]
    ),
    "un plan de choque grave, devuelto y reformulado": Script(
        "sub_plan_choque",
        {**BOTTLENECK, "severidad": "alta"},
        {
            **RECOVERY,
            "revisar_plan_choque": [{"decision": "devuelto"}, {"decision": "conforme"}],
            "aprobar_plan_choque": [{"decision": "devuelto"}, {"decision": "aprobado"}],
            "evaluar_recuperacion": [
                {"recuperado": False, "falta_dato": True},
                {"recuperado": False, "falta_dato": False},
            ],
            "escalar_plan_choque": [
                {"decision": "prorrogar", "fecha_objetivo": "2018-10-31", "corte_verificacion": "2018-10"},
                {"decision": "reformular"},
                {"decision": "cerrar_sin_recuperar"},
            ],
        },
        silent=frozenset({"ejecutar_plan_choque"}),
        receives=[("corte_cerrado", "PES/2018-08"), ("corte_cerrado", "PES/2018-10")],
    ),
    "una fase 3 que llega al Comité": Script(
        "f3_aprobacion_pes",
        ADOPTION,
        {
            **PHASE_3,
            "fijar_plazos": [{"con_mesa": "si", "vence_revision": "2018-07-16"}],
            "resolver_aprobacion": [{"resultado_aprobacion": "otra_ronda"}, {"resultado_aprobacion": "sin_rondas"}],
            "decidir_en_comite": [{"decision": "otra_ronda"}, {"decision": "se_adopta"}],
            "suscribir_acto": [{"decision": "devuelto"}, {"decision": "suscrito"}],
        },
    ),
    "una ronda de observaciones sin respuesta": Script(
        "sub_revision_documento",
        {"documento": "pes", "version": 1, "vence_revision": "2018-07-16"},
        REVIEW,
        silent=frozenset({"revisar_documento"}),
    ),
    "una publicación incompleta": Script(
        "sub_publicacion",
        {"objeto": "pes", "canales": []},
        {"verificar_publicacion": [{"entidades_por_completar": ONE}, {"entidades_por_completar": []}]},
    ),
    "una modificación menor": Script(
        "sub_modificacion_pes",
        answers={**CHANGE, "aprobar_modificacion": [{"decision": "devuelta"}, {"decision": "aprobada"}]},
    ),
    "una modificación negada": Script(
        "sub_modificacion_pes", answers={**CHANGE, "aprobar_modificacion": [{"decision": "negada"}]}
    ),
    "una modificación desfavorable": Script(
        "sub_modificacion_pes", answers={**CHANGE, "emitir_concepto": [{"concepto": "desfavorable"}]}
    ),
    "una modificación mayor": Script(
        "sub_modificacion_pes", answers={**CHANGE, "emitir_concepto": [{"concepto": "mayor"}]}
    ),
    "un semestre con autoevaluaciones": Script(
        "f6_evaluacion_semestral",
        answers={
            **HALF_YEAR,
            "decidir_medidas": [{"modificar_pes": "si"}],
            "aprobar_evaluacion": [{"decision": "devuelta"}, {"decision": "aprobada"}],
        },
    ),
    "un semestre sin autoevaluaciones": Script(
        "f6_evaluacion_semestral", answers=HALF_YEAR, silent=frozenset({"autoevaluar"})
    ),
    "un informe anual devuelto dos veces": Script(
        "f6_informe_anual",
        answers={
            **YEARLY,
            "revisar_informe": [{"decision": "devuelto"}, {"decision": "conforme"}],
            "aprobar_informe_anual": [{"decision": "devuelto"}, {"decision": "aprobado"}],
        },
    ),
    "un informe anual sin capítulos": Script(
        "f6_informe_anual", answers=YEARLY, silent=frozenset({"aportar_capitulo"})
    ),
    "una fase 1 con todo por repetir": Script(
        "f1_conociendo_sector",
        answers={
            **PHASE_1,
            "verificar_fuentes": [{"entidades_incompletas": ONE}, {"entidades_incompletas": []}],
            "registrar_temas": [{"temas_pendientes": ["mipg"]}, {"temas_pendientes": []}],
            "resolver_alternativa": [{"resultado_metodologia": "devuelta"}, {"resultado_metodologia": "con_ajustes"}],
        },
    ),
    "una fase 2 con ajustes": Script(
        "f2_elaboracion_pes",
        {"resultado_metodologia": "con_ajustes"},
        {
            **PHASE_2,
            "resolver_metodologia": [{"metodologia_aprobada": False}, {"metodologia_aprobada": True}],
            "elegir_modalidad": [{"modalidades": ["validacion_en_campo"]}],
            "validar_bateria": [{"entidades_con_errores": ONE}, {"entidades_con_errores": []}],
            "revisar_seccion": [{"decision": "devuelta"}, {"decision": "aprobada"}],
        },
    ),
    "una fase 2 sin escuchar a nadie": Script(
        "f2_elaboracion_pes",
        {"resultado_metodologia": "aprobada"},
        {**PHASE_2, "elegir_modalidad": [{"modalidades": []}]},
    ),
    "una fase 2 solo con encuesta": Script(
        "f2_elaboracion_pes",
        {"resultado_metodologia": "aprobada"},
        {**PHASE_2, "elegir_modalidad": [{"modalidades": ["encuesta_virtual"]}]},
    ),
    "una encuesta devuelta que se cierra sola": Script(
        "sub_encuesta",
        {"titulo": "Temas", "pregunta_sugerida": "¿Qué es lo primero?"},
        {**SURVEY, "aprobar_encuesta": [{"decision": "devuelta"}, {"decision": "aprobada"}]},
        silent=frozenset({"acompanar_encuesta"}),
    ),
    "un taller DOFA": Script("sub_taller_dofa", answers=MEETING),
    "un año de ejecución": Script(
        "f4_implementacion_anual", answers=A_YEAR, receives=[("vigencia_cerrada", "PES/2018")]
    ),
    "un presupuesto que toca metas": Script(
        "f4_modificacion_presupuestal",
        {**ENTITY, "proyecto": "1131"},
        {"registrar_modificacion": [{"afecta_metas": "si"}], "pedir_modificacion_pes": [{"mensajes": []}]},
    ),
    "un presupuesto que no toca metas": Script(
        "f4_modificacion_presupuestal",
        {**ENTITY, "proyecto": "1131"},
        {"registrar_modificacion": [{"afecta_metas": "no"}]},
    ),
    "un reporte externo": Script("f4_reporte_externo"),
    "una evaluación final con encuesta": Script(
        "f6_evaluacion_final",
        {"version": 1},
        {
            **FINAL,
            "definir_preguntas": [{"con_encuesta": "si"}],
            "aprobar_evaluacion_final": [{"decision": "devuelta"}, {"decision": "aprobada"}],
        },
    ),
    "una evaluación final sin encuesta": Script("f6_evaluacion_final", {"version": 1}, FINAL),
    "el plan entero": Script(
        "pes_maestro",
        answers={**WHOLE, "numerar_acto": [{"hay_meses_anteriores": True}]},
        receives=CLOSED,
    ),
    "un plan sin meses anteriores": Script(
        "pes_maestro",
        answers={**WHOLE, "numerar_acto": [{"hay_meses_anteriores": False}]},
        receives=CLOSED,
    ),
}
