"""Automatic steps of the month: of `f5_ciclo_mensual`, `sub_reporte_entidad` and `f5_reporte_extemporaneo`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine.contracts import FLAG, LIST, TEXT, declares, option
from engine.runtime import ProcessEngine, ServiceCall, ServiceTaskHandler
from workflows.cycles.models import Period
from workflows.evaluation import semesters
from workflows.forms.registration import plan_of
from workflows.monitoring import bottlenecks, computed_rows, consolidation, entity_reports, freezing, lateness, periods
from workflows.monitoring.models import Bottleneck
from workflows.recovery import opening

ReportMaker = Callable[[Session, ProcessEngine, str, str], object]
"""Makes and stores the documents of a month (plan, period): `workflows.reports.store_monthly_report`."""


@declares(needs={"periodo": TEXT}, fills={"periodo": TEXT, "entidades": LIST})
def abrir_periodo(call: ServiceCall) -> Mapping[str, Any]:
    """Open the month; sets `entidades`."""
    plan, code = plan_of(call), str(call.variables["periodo"])
    entities = periods.open_month(call.session, call.engine, plan, code, call.instance_id)
    return {"periodo": code, "entidades": entities}


@declares(needs={"periodo": TEXT, "entidad": TEXT}, fills={"responsables": LIST})
def repartir_reporte(call: ServiceCall) -> Mapping[str, Any]:
    """Find who reports in an entity; sets `responsables`."""
    return {"responsables": entity_reports.responsibles(call.session, _period(call), str(call.variables["entidad"]))}


@declares(needs={"periodo": TEXT, "entidad": TEXT}, fills={"responsables_calculado": LIST})
def calcular_indicadores(call: ServiceCall) -> Mapping[str, Any]:
    """Work out what comes of the goals of projects; sets `responsables_calculado`, who confirm it."""
    waiting = computed_rows.to_confirm(call.session, _period(call), str(call.variables["entidad"]))
    return {"responsables_calculado": waiting}


@declares(
    needs={"periodo": TEXT, "entidad": TEXT},
    fills={"por_revisar": option(validacion="Filas por validar", aval="Solo filas validadas", nada="Nada")},
)
def reunir_filas(call: ServiceCall) -> Mapping[str, Any]:
    """See what came in of an entity; sets `por_revisar`."""
    return {"por_revisar": entity_reports.to_review(call.session, _period(call), str(call.variables["entidad"]))}


@declares(needs={"periodo": TEXT}, opens={lateness.LATE_PROCESS})
def marcar_sin_reporte(call: ServiceCall) -> None:
    """Mark who did not report and open their late cases."""
    lateness.close_reporting(call.session, call.engine, _period(call))


@declares(needs={"periodo": TEXT}, fills={"hay_mesa": FLAG, "entidades_con_cuello": LIST})
def consolidar_periodo(call: ServiceCall) -> Mapping[str, Any]:
    """Compute the month; sets `hay_mesa` and `entidades_con_cuello`."""
    done = consolidation.consolidate(call.session, plan_of(call), str(call.variables["periodo"]))
    return {"hay_mesa": done.meeting, "entidades_con_cuello": list(done.entities_with_bottleneck)}


@declares(uses={"semestre": TEXT, "periodo": TEXT}, sends={opening.MESSAGE: opening.BRINGS})
def enviar_cuello_detectado(call: ServiceCall) -> Mapping[str, Any]:
    """One message per recovery plan that was decided, unless the indicator has one that is still open.

    While the process of recovery plans is not published nobody receives it: `registrar_medidas` then keeps the
    measure as a commitment, and no message is sent.
    """
    return {"mensajes": opening.messages(call.session, call.engine, _needing_recovery(call))}


@declares(needs={"periodo": TEXT})
def registrar_medidas(call: ServiceCall) -> None:
    """Make commitments of the measures."""
    bottlenecks.register_measures(call.session, _period(call), recovery_as_case=opening.is_published(call.session))


def congelar_periodo(make_report: ReportMaker | None) -> ServiceTaskHandler:
    """The step that closes the month and, where there is somebody to make them, stores its documents."""

    @declares(needs={"periodo": TEXT})
    def freeze(call: ServiceCall) -> None:
        period = freezing.freeze(call.session, call.engine, plan_of(call), str(call.variables["periodo"]))
        if make_report is not None:
            make_report(call.session, call.engine, period.plan_code, period.code)

    return freeze


@declares(needs={"periodo": TEXT})
def publicar_informe(call: ServiceCall) -> None:
    """Put the month on the portal."""
    periods.publish(call.session, call.engine, plan_of(call), str(call.variables["periodo"]))


@declares(needs={"periodo": TEXT, "entidad": TEXT})
def incorporar_extemporaneo(call: ServiceCall) -> None:
    """Let late figures count from the next cut-off."""
    lateness.incorporate(call.session, call.engine, _period(call), str(call.variables["entidad"]))


@declares(needs={"periodo": TEXT, "entidad": TEXT})
def cerrar_sin_presentar(call: ServiceCall) -> None:
    """Leave the month without data."""
    lateness.give_up(call.session, call.engine, _period(call), str(call.variables["entidad"]))


def _needing_recovery(call: ServiceCall) -> list[Bottleneck]:
    """Those of the month, or of the semester where an evaluation decides."""
    if "semestre" in call.variables:
        evaluation = semesters.of_semester(call.session, plan_of(call), str(call.variables["semestre"]))
        return semesters.needing_recovery(call.session, evaluation)
    return [kept for kept, _indicator in bottlenecks.needing_recovery(call.session, _period(call))]


def _period(call: ServiceCall) -> Period:
    return periods.find(call.session, plan_of(call), str(call.variables["periodo"]))
