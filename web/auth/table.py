"""Who may do what, as data: what auditors read, and what every route is tested against.

It is written by hand and says it a second time, apart from what the views declare, so that a slip in either is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum

from web.auth.access import Of
from workflows.people.roles import BY_ID, INSTALLATION_ADMINISTRATOR
from workflows.people.states import RoleScope


class Reader(StrEnum):
    """Who asks, as the columns of the table."""

    INSTALLATION = "administración de la instalación"
    SHARED_LEADER = "líder de procesos compartidos"
    ADMINISTRATOR = "administración del sector"
    COORDINATOR = "coordinación"
    LEADER = "líder del proceso"
    CONTROL = "control interno"
    LIAISON = "enlace de una entidad"
    OTHERS = "otros roles del sector"
    PERSON = "persona sin rol"
    PUBLIC = "público"


class Right(StrEnum):
    """What one may."""

    NOTHING = "—"
    READ = "◉"
    CHANGE = "✎"


class Answer(Enum):
    """What a request gets from the gate."""

    REACHED = "llega a la página"
    REFUSED = "403"
    ABSENT = "404"
    SIGN_IN = "401"


N, R, C = Right.NOTHING, Right.READ, Right.CHANGE


@dataclass(frozen=True, slots=True)
class Row:
    """A thing, what each reader may do with that of their own sector, and by which routes.

    `foreign` is what those of other sectors may. Who administers the installation is of no sector: their column is what
    they may do with that of any. `note` is what the use case asks beyond that.
    """

    thing: str
    of: Of
    rights: Mapping[Reader, Right]
    reads: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    foreign: Right = Right.NOTHING
    note: str = ""

    def right(self, reader: Reader) -> Right:
        """What a reader may do with the thing of their own sector."""
        return self.rights[reader]


def _rights(
    installation: Right,
    administrator: Right,
    coordinator: Right,
    others: Right,
    public: Right = N,
    **apart: Right,
) -> dict[Reader, Right]:
    """The columns of a row: the roles that it does not set `apart` are as the others."""
    rights = dict.fromkeys(Reader, others)
    rights |= {
        Reader.INSTALLATION: installation,
        Reader.SHARED_LEADER: N,
        Reader.ADMINISTRATOR: administrator,
        Reader.COORDINATOR: coordinator,
        Reader.PERSON: public,
        Reader.PUBLIC: public,
    }
    return rights | {Reader[name.upper()]: right for name, right in apart.items()}


def _routes(text: str) -> frozenset[str]:
    return frozenset(text.split())


EVERYBODY = dict.fromkeys(Reader, C)
ALL_STAFF = EVERYBODY | {Reader.PUBLIC: N}

TABLE: tuple[Row, ...] = (
    Row(
        "portal, encuesta, ingreso", Of.NONE, EVERYBODY,
        reads=_routes(
            "health.live health.ready health.metrics "
            "static home health.health privacy.notice wellknown.robots wellknown.security "
            "portal.index portal.plan portal.month "
            "portal.document portal.plan_document portal.open_data portal.open_table survey.show survey.thanks "
            "open_plans.sector open_plans.logo open_plans.indicator open_plans.indicator_table "
            "open_plans.indicator_data open_plans.how_made open_plans.news open_plans.news_of_plan open_plans.sitemap "
            "auth.sign_in auth.forgot auth.choose_password addresses.show demo.clock oidc.begin oidc.come_back "
            "second_step.ask api.describe_api inbox.feed meetings.present approvals.show approvals.file"
        ),
        changes=_routes(
            "addresses.confirm approvals.send_code approvals.endorse "
            "survey.answer meetings.register "
            "auth.check_password auth.send_link auth.sign_out auth.resume auth.become demo.next_day "
            "demo.next_month oidc.provider_signed_out ldap.check second_step.check second_step.show"
        ),
        foreign=C, note="del portal, solo lo publicado; reloj y cambio de persona, solo en la demostración",
    ),
    Row(
        "lo propio: cuenta, bandeja", Of.OWN, ALL_STAFF,
        reads=_routes(
            "absences.index handovers.index handovers.record handovers.record_file "
            "auth.account help.index auth.fresh_token tokens.mine api.list_tasks factors.show "
            "factors.ask_passkey inbox.mine inbox.groups inbox.others inbox.done inbox.filtered "
            "inbox.feed_page inbox.news "
            "inbox.extensions_to_decide "
            "privacy.mine mails.habits meetings.mine"
        ),
        changes=_routes(
            "privacy.take_mine absences.register absences.replace absences.end "
            "inbox.make_feed inbox.revoke_feed inbox.save_view inbox.forget_view inbox.several inbox.do_several "
            "inbox.undo_several inbox.decide_extension "
            "meetings.tell_progress "
            "mails.choose_habits addresses.ask tokens.make tokens.revoke "
            "auth.end_session auth.change_password oidc.tie oidc.untie factors.begin_app factors.keep_passkey "
            "factors.remove_app factors.remove_passkey factors.print_codes factors.forget_browsers"
        ),
    ),
    Row(
        "entregar para siempre el trabajo de una persona", Of.NONE, _rights(N, C, C, N),
        changes=_routes("handovers.hand_over"), note="lo de los sectores que coordina o administra",
    ),
    Row(
        "listas: procesos en curso, correos, plantilla, buscador", Of.NONE, ALL_STAFF | {Reader.PERSON: N},
        reads=_routes(
            "api.list_cases api.list_processes api.list_plans api.list_events cases.index cases.startable mails.index "
            "plans.template search.find"
        ),
        note="cada quien ve lo de sus sectores",
    ),
    Row(
        "proceso nuevo: por la API", Of.NONE, ALL_STAFF | {Reader.PERSON: N, Reader.CONTROL: N},
        changes=_routes("api.start_case"), note="quien tiene un rol de su primera franja",
    ),
    Row(
        "preguntas: decir que están resueltas", Of.OWN, ALL_STAFF | {Reader.CONTROL: N},
        changes=_routes("comments.resolve"), note="quien preguntó, quien tiene la tarea o coordina",
    ),
    Row(
        "plan: páginas, cifras, tablero, guía", Of.PLAN, _rights(N, R, C, R),
        reads=_routes(
            "plans.index plans.level plans.indicator plans.timeline plans.changes plans.recovery_plans plans.money "
            "plans.projects plans.answering_for plans.records plans.record "
            "plans.external boards.month boards.executive boards.calendar_ahead lifecycle.show lifecycle.rows "
            "meetings.index meetings.show meetings.attendance reminders.index"
        ),
        changes=_routes("plans.ask_for_change plans.correct lifecycle.end_early boards.decide_opening"),
        note="cambia por sus procesos",
    ),
    Row(
        "mesa: moverla, aplazarla, abrir su registro de asistencia", Of.PLAN, _rights(N, C, C, C, control=N),
        changes=_routes("meetings.move meetings.call_off meetings.open_register"),
        note="quien la convocó o coordina el sector",
    ),
    Row(
        "plan: por la API", Of.PLAN, _rights(N, R, R, R),
        reads=_routes(
            "api.get_plan api.list_indicators api.get_indicator api.list_periods api.get_figures api.list_measurements "
            "api.list_documents"
        ),
    ),
    Row(
        "plan: reportar un mes por la API", Of.PLAN, _rights(N, C, C, C, control=N),
        changes=_routes("api.report_measurements"),
        note="quien tiene la tarea de reportarlo",
    ),
    Row("mensaje a los procesos de un plan", Of.PLAN, _rights(N, N, C, N), changes=_routes("api.send_message")),
    Row(
        "periodo que el calendario no abrió", Of.PLAN, _rights(N, N, C, N), reads=_routes("boards.choose_opening"),
    ),
    Row(
        "plan: modificación presupuestal, corrección de un mes cerrado, matriz del mes", Of.PLAN,
        _rights(N, N, N, N, liaison=C),
        reads=_routes("inbox.matrix"),
        changes=_routes("plans.modify plans.ask_correction inbox.preview_matrix inbox.leave_matrix"),
        note="de los proyectos e indicadores de su entidad",
    ),
    Row(
        "plan: empalme", Of.PLAN, _rights(N, C, C, N), reads=_routes("lifecycle.change_over"),
        changes=_routes("lifecycle.hand_over"), note="los cargos los entrega quien administra el sector",
    ),
    Row("plan nuevo", Of.NONE, _rights(N, N, C, N), changes=_routes("lifecycle.start")),
    Row(
        "otros sistemas a los que el plan avisa", Of.PLAN, _rights(N, C, C, N),
        reads=_routes("systems.index systems.show"),
        changes=_routes("systems.make systems.switch systems.retry"),
    ),
    Row(
        "archivos del plan para otros sistemas", Of.PLAN, _rights(N, C, C, N),
        reads=_routes("exports.index exports.show exports.sent columns.show"),
        changes=_routes("exports.make exports.switch exports.send_again columns.change"),
    ),
    Row(
        "plantilla del acto administrativo", Of.PLAN, _rights(N, C, C, N),
        reads=_routes("plans.act_template plans.act_template_file"), changes=_routes("plans.replace_act_template"),
    ),
    Row("libro del plan: exportar", Of.PLAN, _rights(N, C, C, N), reads=_routes("plans.workbook")),
    Row(
        "libro del plan: cargar", Of.NONE, _rights(N, C, C, N), reads=_routes("plans.upload"),
        changes=_routes("plans.preview plans.confirm"), note="solo planes de su sector",
    ),
    Row(
        "tarea", Of.TASK, _rights(N, C, C, C),
        reads=_routes(
            "api.get_task api.get_form api.get_submission inbox.show inbox.sent inbox.choose_help inbox.paper_page "
            "inbox.bring_file inbox.section_in_word inbox.take_section"
        ),
        changes=_routes(
            "api.keep_draft api.attach_file api.submit_form api.claim_task api.release_task "
            "inbox.send inbox.keep_draft inbox.attach inbox.begin_from inbox.claim "
            "inbox.release inbox.correct inbox.drop_correction inbox.ask_extension "
            "inbox.ask_help inbox.bring_help inbox.end_help inbox.register_paper inbox.preview_file inbox.take_file "
            "inbox.preview_section inbox.bring_section"
        ),
        note="la abierta, quien la tiene o su grupo (control interno, solo si un proceso del sector se la da); la "
        "enviada, además la coordinación, el control interno de su "
        "entidad, y quien trabaja en ese proceso por esa entidad o por todo el sector",
    ),
    Row(
        "tarea: reasignar", Of.TASK, _rights(N, C, C, N), reads=_routes("boards.choose_person"),
        changes=_routes("boards.reassign boards.nudge"),
    ),
    Row(
        "plan: recordar, dar más plazo, mover la ventana, compromisos", Of.PLAN, _rights(N, C, C, N),
        reads=_routes("boards.choose_extension boards.new_commitment boards.window reminders.edit"),
        changes=_routes(
            "boards.nudge_all boards.extend boards.move_window boards.keep_commitment boards.settle_commitment "
            "reminders.change reminders.drop lifecycle.note_activity"
        ),
    ),
    Row(
        "proceso en curso, historia", Of.CASE, _rights(N, R, R, R),
        reads=_routes("cases.show cases.diagram api.get_case api.list_waits"),
    ),
    Row(
        "proceso en curso: preguntar y comentar", Of.CASE, _rights(N, C, C, C, control=R),
        reads=_routes("comments.people"), changes=_routes("comments.on_case"),
        note="de una entidad, quienes tienen un rol en ella o en el sector",
    ),
    Row(
        "tarea: preguntar y comentar", Of.TASK, _rights(N, C, C, C, control=N), changes=_routes("comments.on_task"),
    ),
    Row(
        "proceso en curso: cartas", Of.CASE, _rights(N, R, R, R),
        reads=_routes("letters.index letters.show letters.download"),
    ),
    Row(
        "proceso en curso: escribir y registrar cartas", Of.CASE, _rights(N, C, C, C, control=N),
        reads=_routes("letters.new"), changes=_routes("letters.write letters.receive letters.change"),
    ),
    Row(
        "procesos en curso: moverlos, suspenderlos, corregirlos", Of.NONE,
        _rights(N, C, C, N, leader=C, shared_leader=C), reads=_routes("cases.manage"),
        changes=_routes("cases.try_act cases.do_act"), note="quien lidera lo propone; lo ejecuta quien coordina",
    ),
    Row(
        "procesos en curso: decidir, deshacer, reparar", Of.NONE, _rights(N, C, C, N),
        changes=_routes("cases.decide_change cases.undo_changes cases.repair_cause"),
    ),
    Row(
        "proceso en curso: lo que espera", Of.CASE, _rights(N, C, C, N), reads=_routes("cases.decide"),
        changes=_routes("cases.send_awaited cases.let_come cases.skip_wait"),
    ),
    Row(
        "incidentes: lista", Of.NONE, _rights(R, R, R, N), reads=_routes("incidents.index"),
    ),
    Row(
        "incidente", Of.INCIDENT, _rights(N, C, C, N), reads=_routes("incidents.show"),
        changes=_routes("incidents.retry incidents.skip incidents.correct incidents.cancel"),
    ),
    Row(
        "incidente del sistema", Of.INCIDENT, _rights(C, R, R, N), reads=_routes("incidents.unit"),
    ),
    Row(
        "incidente del sistema: reintentar", Of.INSTALLATION, _rights(C, N, N, N),
        changes=_routes("incidents.retry_unit"), foreign=N,
    ),
    Row(
        "archivo", Of.FILE, _rights(N, R, R, R),
        reads=_routes("files.download files.moved files.show files.page_picture api.get_file"),
        note="de un borrador: quien tiene la tarea o su grupo; clasificado o reservado: la coordinación, quien lo "
        "cargó, quien trabaja en eso o lo revisa, y control interno de su entidad",
    ),
    Row("correo", Of.MAIL, _rights(N, R, R, R), reads=_routes("mails.show"), note="sin coordinar, solo los propios"),
    Row("correo: volver a enviar", Of.MAIL, _rights(N, C, C, N), changes=_routes("mails.retry mails.discard")),
    Row(
        "textos de los correos de un sector", Of.SECTOR, _rights(C, C, C, N),
        reads=_routes("mail_templates.index mail_templates.edit"), changes=_routes("mail_templates.change"),
    ),
    Row(
        "textos de los correos de toda la instalación", Of.INSTALLATION, _rights(C, N, N, N),
        reads=_routes("mail_templates.shared mail_templates.edit_shared"),
        changes=_routes("mail_templates.change_shared"),
    ),
    Row(
        "sectores: lista, primeros pasos", Of.NONE, _rights(R, R, N, N), reads=_routes("sectors.index sectors.start"),
        note="cada quien, los que administra",
    ),
    Row("sector nuevo", Of.INSTALLATION, _rights(C, N, N, N), changes=_routes("sectors.create")),
    Row(
        "planes de desarrollo", Of.NONE, ALL_STAFF | {Reader.PERSON: N}, reads=_routes("frames.index frames.show"),
        note="de cada uno, los planes de sus sectores",
    ),
    Row(
        "plan de desarrollo: registrarlo, corregirlo", Of.INSTALLATION, _rights(C, N, N, N),
        changes=_routes("frames.register frames.describe"),
    ),
    Row(
        "sector: ficha, entidades, lugares, días no hábiles", Of.SECTOR, _rights(C, C, R, R),
        reads=_routes("sectors.show sectors.entities sectors.places sectors.days"),
        changes=_routes(
            "sectors.describe sectors.set_logo sectors.remove_logo sectors.add_entity sectors.change_entity "
            "sectors.set_places"
        ),
        note="la cabeza, y el nombre de una entidad que también usa otro, quien administra la instalación",
    ),
    Row(
        "sector: agregar o quitar días no hábiles", Of.SECTOR, _rights(C, C, C, N),
        changes=_routes("sectors.add_day sectors.remove_day"),
    ),
    Row(
        "libro del sector: cargar, plantilla", Of.NONE, _rights(C, C, N, N),
        reads=_routes("sectors.upload sectors.template"), changes=_routes("sectors.preview sectors.confirm"),
        note="cada quien, los sectores que administra; uno nuevo, quien administra la instalación",
    ),
    Row("libro del sector: descargar", Of.SECTOR, _rights(R, R, N, N), reads=_routes("sectors.workbook")),
    Row(
        "personas y roles: lista", Of.NONE, _rights(R, R, N, N),
        reads=_routes("admin.people admin.role_list admin.role api.list_people"),
        note="cada quien, los de sus sectores",
    ),
    Row(
        "persona nueva, rol nuevo, enlaces a varias", Of.NONE, _rights(C, C, N, N), reads=_routes("admin.new"),
        changes=_routes(
            "admin.create admin.add_role admin.change_role admin.approve_on_paper admin.approve_by_mail "
            "admin.answer_asked admin.mail_links"
        ),
        note="en su sector",
    ),
    Row(
        "persona: ficha, roles, reenviar lo que no llegó", Of.PERSON, _rights(C, C, N, N),
        reads=_routes("admin.person admin.of_person privacy.of_person"),
        changes=_routes("admin.set_roles admin.resend"),
    ),
    Row(
        "persona: nombre, correo, acceso, contraseña, unir con otra, sus datos", Of.PERSON, _rights(C, C, N, N),
        changes=_routes(
            "admin.set_email admin.describe admin.join admin.set_access admin.link admin.mail_link admin.untie "
            "admin.reset_factors privacy.take privacy.erase"
        ),
        note="si no tiene roles en otro sector",
    ),
    Row(
        "servicio: sus tokens; persona: revocar los suyos", Of.PERSON, _rights(C, C, N, N),
        reads=_routes("tokens.of_person"), changes=_routes("tokens.make_of_service tokens.revoke_of_person"),
        note="si no tiene roles en otro sector; los de una persona los hace ella",
    ),
    Row(
        "bitácora", Of.NONE, _rights(N, R, R, N, control=R), reads=_routes("audit.index audit.table"),
    ),
    Row(
        "proceso, formulario", Of.DEFINITION,
        _rights(R, R, R, R, public=N, shared_leader=C),
        reads=_routes(
            "studio.index studio.process studio.version studio.compare_versions boards.process_times "
            "studio.diagram studio.picture studio.manual studio.forms studio.form cases.ask cases.begin "
            "studio.decisions studio.decision studio.decision_file"
        ),
        foreign=R, note="empieza un proceso quien tiene un rol de su primera franja",
    ),
    Row(
        "proceso, formulario: editar, publicar", Of.DEFINITION,
        _rights(N, N, N, N, shared_leader=C),
        reads=_routes(
            "studio.publish_page studio.review_page studio.rehearse_page "
            "studio.rehearsal studio.walk studio.walk_task studio.edit studio.draft_xml studio.field "
            "studio.tasks studio.task studio.new_field studio.try_form "
            "studio.process_forms studio.conditions studio.roles studio.beginnings"
        ),
        changes=_routes(
            "studio.publish_draft studio.go_back studio.add_field studio.change_field studio.move_field "
            "studio.remove_field studio.save_draft studio.discard_draft studio.findings "
            "studio.publish_form studio.discard_form studio.restore_form studio.change_task "
            "studio.rehearse studio.keep_rehearsal studio.forget_rehearsal studio.replay "
            "studio.begin_walk studio.answer_walk studio.let_do studio.go_on studio.step_back studio.keep_walk "
            "studio.approve studio.send_back studio.recall studio.comment studio.demand studio.retire "
            "studio.reactivate studio.bring_decision studio.write_decision studio.publish_decision "
            "studio.discard_decision studio.answer_opened studio.demand_decision "
            "studio.rename_form studio.retype_field studio.hand_on studio.send_trial "
            "studio.decide studio.bring_back studio.add_step studio.remove_step studio.swap_step studio.lead_step "
            "studio.make_role studio.begin_by studio.change_table studio.paste_steps studio.undo_change "
            "studio.tidy_drawing studio.join_drafts studio.present"
        ),
        note="con un solo sector, también su líder del proceso; de una variante, quien lidera procesos en su sector",
    ),
    Row(
        "borradores descartados; las listas del editor", Of.NONE, _rights(N, N, N, N, leader=R, shared_leader=R),
        reads=_routes("studio.discarded studio.names"), note="cada quien los borradores de lo que lidera",
    ),
    Row(
        "proceso o formulario nuevo", Of.NONE, _rights(N, N, N, N, leader=C, shared_leader=C),
        reads=_routes("studio.new_process studio.new_form studio.bring_page"),
        changes=_routes(
            "studio.make_process studio.make_form studio.bring studio.answer_brought studio.open_brought"
        ),
        note="de su sector, quien lidera sus procesos; de todos, quien lidera los compartidos",
    ),
    Row(
        "variante propia de un proceso o formulario", Of.VARIANT, _rights(N, R, R, R, leader=C),
        reads=_routes("studio.variant"), changes=_routes("studio.begin_variant studio.take_over studio.give_up"),
    ),
)  # fmt: skip
"""Every thing that a route is about."""

_APART = {
    INSTALLATION_ADMINISTRATOR: Reader.INSTALLATION,
    "lider_proceso_instalacion": Reader.SHARED_LEADER,
    "administrador": Reader.ADMINISTRATOR,
    "coordinador_pes": Reader.COORDINATOR,
    "lider_proceso": Reader.LEADER,
    "control_interno": Reader.CONTROL,
    "enlace_planeacion": Reader.LIAISON,
}


def reader_of(role: str) -> Reader:
    """The column of who holds a role and nothing else."""
    if BY_ID[role].scope == RoleScope.PUBLIC:
        return Reader.PERSON  # nobody is given it: it is everybody's
    return _APART.get(role, Reader.OTHERS)


def row_of(endpoint: str) -> Row | None:
    """The row of a route by its endpoint; None: nobody thought of it."""
    return next((row for row in TABLE if endpoint in row.reads | row.changes), None)


def expected(row: Row, reader: Reader, *, writes: bool, own: bool) -> Answer:
    """What the gate is to answer about a thing of the reader's own sector, or of another.

    `writes`: whether the route changes the thing. Who holds no role in it is told that it is not there.
    """
    wanted = {Right.CHANGE} if writes else {Right.READ, Right.CHANGE}
    right = row.right(reader)
    if reader is Reader.PUBLIC:
        return Answer.REACHED if right in wanted else Answer.SIGN_IN
    if row.of in _WITHOUT_SECTOR:
        return Answer.REACHED if right in wanted else Answer.REFUSED
    if reader in _OF_NO_SECTOR:
        return Answer.REACHED if right in wanted else Answer.ABSENT if right is N else Answer.REFUSED
    if not own:
        return Answer.REACHED if row.foreign in wanted else Answer.ABSENT
    return Answer.REACHED if right in wanted else Answer.REFUSED


_OF_NO_SECTOR = frozenset({Reader.INSTALLATION, Reader.SHARED_LEADER, Reader.PERSON})
_WITHOUT_SECTOR = frozenset({Of.NONE, Of.OWN, Of.DEFINITION, Of.INSTALLATION})
"""What no sector can keep from another."""


def rights_of(readers: Iterable[Reader]) -> list[tuple[Row, Right]]:
    """What somebody who is all of these readers may do with each thing of their own sector; nothing is left out."""
    asked = list(readers) or [Reader.PERSON]
    order = list(Right)
    return [(row, max((row.right(reader) for reader in asked), key=order.index)) for row in TABLE]
