"""Forms of `sub_mesa`: call, attendance, minutes, review, approval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from engine.contracts import DATE, LIST, NUMBER, TEXT, Contract
from engine.errors import InvalidDeadline
from workflows.calendar import bogota_day
from workflows.forms import arguing
from workflows.forms.handlers import ROW_KEY, FieldError, FormContext, Panel, PlainForm, Prefill, Values, path_of
from workflows.goals.models import Line, Objective
from workflows.handlers.month import drafting
from workflows.indicators.states import Color, Measure, Status
from workflows.indicators.wording import level_word
from workflows.meetings import attending, convening, minutes
from workflows.meetings.convening import FOLLOW_UP, Call, folded
from workflows.meetings.minutes import Judged, Minutes
from workflows.meetings.models import Attendee, Meeting
from workflows.meetings.states import MeetingState
from workflows.monitoring import bottlenecks, figures, periods
from workflows.monitoring.period_figures import LevelFigure
from workflows.people import directory
from workflows.people.models import Person
from workflows.spanish import long_day, month_name, percentage

OBJECTIVE, LINE = "objetivo", "linea"
VERDICT_TABLES = ((OBJECTIVE, "veredictos_objetivo"), (LINE, "veredictos_linea"))
MET = "cumple"
LEAST_ARGUMENT = 20
"""Letters that it takes at least to say why something is met over a figure that says it is not."""
WHY = "Diga por qué en una frase: queda en el acta y en el informe como veredicto contra la cifra."
CONVENER_ROLES = ("coordinador_pes", "profesional_sectorial")
INVITED_ROLES = ("directivo_entidad", "enlace_planeacion", "responsable_meta")


class Convene(PlainForm):
    """`convocar`: day, place, agenda, guests."""

    contract = Contract(
        uses={
            "entidad": TEXT,
            "entidades": LIST,
            "fecha_prevista": TEXT,
            "tipo": TEXT,
            "periodo": TEXT,
            "tema": TEXT,
            "cierre": DATE,
        },
        fills={"reunion": NUMBER, "vence_acta": DATE},
        fields=frozenset(
            {"fecha_reunion", "hora", "invitados", "lugar_o_enlace", "modalidad", "orden_del_dia", "tecnica"}
        ),
    )

    def prepare(self, context: FormContext) -> Prefill:
        """The day the caller had in mind, the people of the entities, and an agenda of what is open and in red."""
        agenda = drafting.agenda(context.session, context.plan_code, str(context.variables.get("tipo") or ""))
        values: Values = {
            "fecha_reunion": _expected_day(context),
            "modalidad": "presencial",
            "tecnica": "mesa",
            "invitados": list(dict.fromkeys([*_expected_guests(context), *drafting.named_in(agenda)])),
        }
        if agenda:
            values["orden_del_dia"] = agenda
        return Prefill(values=values)

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """A meeting is called for today or later."""
        if _day(values["fecha_reunion"]) < bogota_day(context.now()):
            return [FieldError("fecha_reunion", "La reunión no puede ser en un día que ya pasó.")]
        return []

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Record the meeting; `reunion` names it from here on, `vence_acta` is when its minutes are due."""
        meeting = convening.convene(context.session, _call(context, values), actor=context.actor)
        return {
            "reunion": meeting.id,
            "vence_acta": convening.minutes_due_on(context.engine, meeting).isoformat(),
        }


class RecordAttendance(PlainForm):
    """`registrar_asistencia`: who came."""

    contract = Contract(
        needs={"reunion": NUMBER}, fills={"asistentes": LIST, "vence_acta": DATE}, fields=frozenset({"asistencia"})
    )

    def prepare(self, context: FormContext) -> Prefill:
        """Those who registered at its address, with who did not; else the invited, as if they had come."""
        meeting = _meeting(context)
        if there := attending.registered(context.session, meeting):
            return Prefill({"asistencia": [_present(one) for one in there]}, panels=_absent(context, meeting, there))
        people = context.session.scalars(sa.select(Person).where(Person.username.in_(meeting.invited)))
        rows = [_attendant(person, meeting) for person in sorted(people, key=lambda person: person.name)]
        rows += [_outsider(row, meeting) for row in meeting.invited_outside]
        return Prefill(values={"asistencia": rows})

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """One that was called off has a day again before anybody was there."""
        if _meeting(context).state is MeetingState.CALLED_OFF:
            return [FieldError("asistencia", "Esta mesa está aplazada: fije en su página el día en que se hizo.")]
        return []

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Record it; `asistentes` are those with an account, who review the minutes, due from that day on."""
        meeting = _meeting(context)
        came = convening.record_attendance(context.session, meeting.id, values["asistencia"], actor=context.actor)
        return {"asistentes": came, "vence_acta": convening.minutes_due_on(context.engine, meeting).isoformat()}


class WriteMinutes(PlainForm):
    """`elaborar_acta`: what was said, decided, promised; in a follow-up meeting, a verdict per objective and line."""

    contract = Contract(needs={"reunion": NUMBER}, fields=frozenset({"desarrollo"}))

    def prepare(self, context: FormContext) -> Prefill:
        """What the minutes say so far, and the rows the meeting must answer."""
        meeting = _meeting(context)
        values: Values = {
            "desarrollo": meeting.development or drafting.minutes_of(context.session, meeting) or None,
            "decisiones": [{"decision": text} for text in meeting.decisions],
            "compromisos": [
                {"texto": kept.text, "responsable": kept.responsible, "fecha": kept.due_on}
                for kept in minutes.own_commitments(context.session, meeting)
            ],
            "compromisos_anteriores": _earlier_rows(context, meeting),
            **_follow_up_rows(context, meeting),
        }
        return Prefill(values=values, panels=_asked(context, meeting))

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Who says that something is met over a red figure, or over none, says why; each verdict has its argument."""
        known = _known(context, _meeting(context))
        rows = [
            (level, path_of(key, place, "argumento"), row)
            for level, key in VERDICT_TABLES
            for place, row in enumerate(values.get(key) or [])
        ]
        against = [
            FieldError(path, f"La cifra no dice que cumpla. {WHY}")
            for level, path, row in rows
            if _is_against(row, known.get((level, row[ROW_KEY]))) and len(row["argumento"].strip()) < LEAST_ARGUMENT
        ]
        return [*against, *arguing.shared((path, row["veredicto"], row["argumento"]) for _, path, row in rows)]

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Put the minutes down, and the measures that were decided."""
        meeting = _meeting(context)
        minutes.write(context.session, meeting, _minutes(values, _known(context, meeting)))
        for row in values.get("medidas") or []:
            bottlenecks.decide_measure(
                context.session, row["bottleneck_id"], measure=Measure(row["medida"]), reason=row.get("razon") or ""
            )
        return {}


class ReviewMinutes(PlainForm):
    """`revisar_acta`: a participant agrees or asks for an adjustment."""

    contract = Contract(needs={"reunion": NUMBER}, uses={"asistente": TEXT}, fields=frozenset({"resultado"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The minutes, to read."""
        return Prefill(panels=_minutes_panels(context, _meeting(context)))

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Record the answer in this round."""
        minutes.review(
            context.session,
            context.engine,
            _meeting(context).id,
            reviewer=str(context.variables.get("asistente") or context.actor.id),
            outcome=values["resultado"],
            adjustment=values.get("ajuste") or "",
        )
        return {}


class ApproveMinutes(PlainForm):
    """`aprobar_acta`: electronic approval of a text."""

    contract = Contract(needs={"reunion": NUMBER})

    def prepare(self, context: FormContext) -> Prefill:
        """The text that is approved."""
        meeting = _meeting(context)
        return Prefill(
            values={"texto_acta": text_of(context, meeting)}, panels=_minutes_panels(context, meeting, with_notes=True)
        )

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        minutes.approve(context.engine, _meeting(context), actor=context.actor)
        return {}


def text_of(context: FormContext, meeting: Meeting) -> str:
    """The minutes as one text: what a person approves."""
    names = directory.display_names(context.session, _named(context, meeting))
    parts = [
        f"Acta de «{meeting.topic}», {long_day(meeting.held_on)}.",
        f"Asistentes: {', '.join(row['persona'] for row in meeting.attendance)}.",
        meeting.development,
    ]
    parts += [f"Decisión: {text}" for text in meeting.decisions]
    parts += [
        f"Compromiso: {kept.text} · {names.get(kept.responsible or '', kept.responsible)} · {long_day(kept.due_on)}"
        for kept in minutes.own_commitments(context.session, meeting)
    ]
    parts += [f"{entry['usuario']} pidió y no se acogió: {entry['ajuste']}" for entry in minutes.pending_notes(meeting)]
    return "\n".join(parts)


def _meeting(context: FormContext) -> Meeting:
    return convening.find(context.session, context.variables.get("reunion"))


def _expected_day(context: FormContext) -> dt.date | None:
    """`fecha_prevista` is a day or a deadline (`cierre+11dh`); one that has passed becomes today."""
    expected = str(context.variables.get("fecha_prevista") or "")
    if not expected:
        return None
    try:
        day = dt.date.fromisoformat(expected[:10])
    except ValueError:
        day = _deadline_day(context, expected)
    return max(day, bogota_day(context.now()))


def _deadline_day(context: FormContext, expression: str) -> dt.date:
    try:
        moment = context.engine.calendar.deadline(
            expression, since=context.now(), variables=context.variables, scope=context.plan_code
        )
    except InvalidDeadline:
        moment = context.now()
    return bogota_day(moment)


def _expected_guests(context: FormContext) -> list[str]:
    session, guests, today = context.session, [], bogota_day(context.now())
    for role in CONVENER_ROLES:
        guests += directory.people_with(session, role, context.sector, on=today)
    for entity in context.variables.get("entidades") or []:
        for role in INVITED_ROLES:
            guests += directory.people_with(session, role, context.sector, entity, today)
    return list(dict.fromkeys(person.username for person in guests))


def _call(context: FormContext, values: Values) -> Call:
    kind, period = str(context.variables.get("tipo") or ""), context.variables.get("periodo")
    topic = str(context.variables.get("tema") or context.task.name)
    if kind == FOLLOW_UP and period:
        topic = f"Mesa de seguimiento de {month_name(str(period))}"
    return Call(
        plan_code=context.plan_code,
        instance_id=context.instance.id,
        kind=kind,
        topic=topic,
        period_code=period,
        held_on=_day(values["fecha_reunion"]),
        starts_at=values.get("hora"),
        mode=values["modalidad"],
        place=values["lugar_o_enlace"],
        technique=values["tecnica"],
        agenda=values["orden_del_dia"],
        invited=values["invitados"],
        invited_outside=values.get("invitados_externos") or [],
    )


def _day(value: dt.date | dt.datetime) -> dt.date:
    return bogota_day(value) if isinstance(value, dt.datetime) else value


def _attendant(person: Person, meeting: Meeting) -> Values:
    return {
        "persona": person.name,
        "entidad": person.entity_code,
        "cargo": None,
        "publico": "servidores_publicos",
        "modalidad": "virtual" if meeting.mode == "virtual" else "presencial",
        "autoriza_datos": False,
    }


def _present(one: Attendee) -> Values:
    return {
        "persona": one.name,
        "entidad": one.entity_code,
        "cargo": one.position,
        "publico": one.audience,
        "modalidad": one.mode,
        "autoriza_datos": True,
    }


def _absent(context: FormContext, meeting: Meeting, there: Sequence[Attendee]) -> list[Panel]:
    """Who was invited and did not register: they may have come without."""
    came = {one.username for one in there} | {one.name_key for one in there}
    names = directory.display_names(context.session, meeting.invited)
    missing = [name for username, name in names.items() if not came & {username, folded(name)}]
    missing += [row["nombre"] for row in meeting.invited_outside if folded(row["nombre"]) not in came]
    return [Panel("Invitados que no se registraron", rows=[(name,) for name in sorted(missing)])] if missing else []


def _outsider(row: Mapping[str, Any], meeting: Meeting) -> Values:
    return {
        "persona": row["nombre"],
        "entidad": None,
        "cargo": row["organizacion"],
        "publico": row["publico"],
        "modalidad": "virtual" if meeting.mode == "virtual" else "presencial",
        "autoriza_datos": False,
    }


def _earlier_rows(context: FormContext, meeting: Meeting) -> list[Values]:
    names = directory.display_names(context.session, _named(context, meeting))
    rows = []
    for kept in minutes.earlier_commitments(context.session, meeting):
        outcome, note = meeting.outcomes.get(str(kept.id), (None, None))
        until = long_day(kept.due_on) if kept.due_on else "sin fecha"
        told = f"{kept.text} · {names.get(kept.responsible or '', 'sin responsable')} · {until}"
        if kept.progress:
            told += f" · dijo: {kept.progress}"
        rows.append({ROW_KEY: str(kept.id), "compromiso": told, "cumplido": outcome, "nota": note})
    return rows


def _follow_up_rows(context: FormContext, meeting: Meeting) -> Values:
    if meeting.kind != FOLLOW_UP:
        return {}
    known, figures_known = minutes.verdicts(context.session, meeting), _known(context, meeting)
    objectives = context.session.scalars(
        sa.select(Objective).where(Objective.plan_code == meeting.plan_code).order_by(Objective.position)
    )
    lines = context.session.scalars(
        sa.select(Line).where(Line.plan_code == meeting.plan_code).order_by(Line.position)
    ).all()
    return {
        "veredictos_objetivo": [
            _verdict_row(
                known,
                OBJECTIVE,
                objective.code,
                {
                    "objetivo": f"{objective.code} {objective.name}",
                    "cifra": _figure_words(figures_known.get((OBJECTIVE, objective.code))),
                },
            )
            for objective in objectives
        ],
        "veredictos_linea": [
            _verdict_row(
                known,
                LINE,
                line.code,
                {
                    "linea": f"{line.code} {line.name}",
                    "resultado_esperado": results,
                    "cifra": _figure_words(figures_known.get((LINE, line.code))),
                },
            )
            for line, results in _with_expected_results(context, lines)
        ],
        "medidas": _measure_rows(context, meeting),
    }


def _with_expected_results(context: FormContext, lines: Sequence[Line]) -> list[tuple[Line, str]]:
    results: dict[int, list[str]] = {}
    query = sa.select(Objective).where(Objective.line_id.in_([line.id for line in lines])).order_by(Objective.position)
    for objective in context.session.scalars(query):
        results.setdefault(objective.line_id, []).append(objective.expected_result or objective.name)
    return [(line, "; ".join(results.get(line.id, []))) for line in lines]


def _verdict_row(known: Mapping[tuple[str, str], Any], level: str, code: str, cells: Values) -> Values:
    kept = known.get((level, code))
    return {
        ROW_KEY: code,
        **cells,
        "veredicto": kept.verdict if kept else None,
        "argumento": kept.argument if kept else None,
    }


def _measure_rows(context: FormContext, meeting: Meeting) -> list[Values]:
    if meeting.period_code is None:
        return []
    period = periods.find(context.session, meeting.plan_code, meeting.period_code)
    return [
        {
            ROW_KEY: str(kept.id),
            "bottleneck_id": kept.id,
            "cuello": f"{indicator.code} {indicator.name}: {kept.cause}",
            "propuesta": bottlenecks.proposal_words(kept),
            "medida": kept.measure or None,
            "razon": kept.reason or None,
        }
        for kept, indicator in bottlenecks.confirmed(context.session, period)
    ]


def _known(context: FormContext, meeting: Meeting) -> Mapping[tuple[str, str], LevelFigure]:
    """The figures of objectives and lines that the meeting has before it, by level and code."""
    found = figures.levels(context.session, meeting.plan_code, meeting.period_code) if meeting.period_code else None
    if found is None:
        return {}
    objectives = {(OBJECTIVE, code): figure for code, figure in found.objectives.items()}
    return objectives | {(LINE, code): figure for code, figure in found.lines.items()}


def _figure_words(figure: LevelFigure | None) -> str:
    if figure is None or figure.status == Status.NO_CUTOFF_YET:
        return "Nada exigible en este corte"
    share = percentage(figure.capped) if figure.capped is not None else "sin dato"
    known = f", cobertura {percentage(figure.coverage)}" if figure.coverage is not None else ""
    return f"{share}, {level_word(figure.color)}{known}"


def _is_against(row: Values, figure: LevelFigure | None) -> bool:
    return row["veredicto"] == MET and figure is not None and figure.color in (Color.RED, Color.GREY)


def _judged(level: str, row: Values, figure: LevelFigure | None) -> Judged:
    return Judged(
        level=level,
        code=row[ROW_KEY],
        verdict=row["veredicto"],
        argument=row["argumento"],
        figure=figure.capped if figure else None,
        color=figure.color if figure else None,
        coverage=figure.coverage if figure else None,
        against_figure=_is_against(row, figure),
    )


def _minutes(values: Values, known: Mapping[tuple[str, str], LevelFigure]) -> Minutes:
    return Minutes(
        development=values["desarrollo"],
        decisions=values.get("decisiones") or [],
        commitments=values.get("compromisos") or [],
        outcomes={
            int(row[ROW_KEY]): (row["cumplido"], row.get("nota") or "")
            for row in values.get("compromisos_anteriores") or []
        },
        verdicts=[
            _judged(level, row, known.get((level, row[ROW_KEY])))
            for level, key in VERDICT_TABLES
            for row in values.get(key) or []
        ],
    )


def _asked(context: FormContext, meeting: Meeting) -> list[Panel]:
    asked = minutes.pending_notes(meeting)
    if not asked:
        return []
    names = directory.display_names(context.session, [entry["usuario"] for entry in asked])
    return [Panel("Ajustes que pidieron", facts=[(names[entry["usuario"]], entry["ajuste"]) for entry in asked])]


def _minutes_panels(context: FormContext, meeting: Meeting, *, with_notes: bool = False) -> list[Panel]:
    session = context.session
    names = directory.display_names(session, _named(context, meeting))
    panels = [
        Panel("Lo tratado", text=meeting.development),
        Panel("Decisiones", rows=[(text,) for text in meeting.decisions]),
        Panel(
            "Compromisos",
            head=("Compromiso", "Responsable", "Para cuándo"),
            rows=[
                (kept.text, names.get(kept.responsible or "", "—"), long_day(kept.due_on))
                for kept in minutes.own_commitments(session, meeting)
            ],
        ),
        Panel(
            "Veredictos",
            head=("Objetivo o línea", "Veredicto", "Argumento"),
            rows=[
                (verdict.code, VERDICT_WORDS[verdict.verdict], verdict.argument)
                for verdict in minutes.verdicts(session, meeting).values()
            ],
        ),
    ]
    kept = [panel for panel in panels if panel.text or panel.rows]
    return kept + (_asked(context, meeting) if with_notes else [])


VERDICT_WORDS = {"cumple": "Cumple", "en_riesgo": "En riesgo", "no_cumple": "No cumple"}


def _named(context: FormContext, meeting: Meeting) -> list[str]:
    kept = minutes.own_commitments(context.session, meeting) + minutes.earlier_commitments(context.session, meeting)
    return [commitment.responsible for commitment in kept if commitment.responsible]
