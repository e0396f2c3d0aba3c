"""Publishing a diagram's draft: what changes in words, what it means for running cases, and the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine.definitions import drafts, releasing, reviewing, unpublished
from engine.definitions.diagram import DiagramModel
from engine.definitions.linting import Finding
from engine.definitions.models import ProcessVersion
from engine.definitions.names import Name
from engine.definitions.reading import read_diagram
from engine.instances.usage import RunningCase
from notifications import releases
from notifications.foretelling import Foretold, Steps, foretell
from web.auth.access import Of, allow
from web.days import typed_day
from web.numbers import row_id
from web.pages import actor, back_to, current, page
from web.studio import calendar, overview, upcoming
from web.studio.blueprint import LEADERS, blueprint
from web.studio.comparing import Difference, Side, difference, drawn, of_version
from web.studio.decisions import UsedTable, tables_of
from web.studio.editor import review
from web.studio.noting import note_way
from web.studio.processes import may_skip_review
from web.studio.rehearsing import replays
from web.studio.roles import waiting
from workflows.calendar import bogota_day
from workflows.cycles.effects import CalendarEffect
from workflows.people.groups import sectors_of
from workflows.spanish import long_day


@dataclass(frozen=True, slots=True)
class Proposal:
    """What publishing a drawing would mean: what changes, what is wrong with it, which cases run, what opens."""

    version: ProcessVersion
    difference: Difference
    forms: Mapping[str, str]
    """Those that are published with it, by key."""
    findings: Sequence[Finding]
    element_names: Mapping[str, str]
    cases: Sequence[RunningCase]
    elsewhere: int
    """How many more there are of other sectors."""
    effects: Sequence[CalendarEffect]
    tables: Sequence[UsedTable]
    """What decides in its rule tasks."""
    waits: Sequence[str]
    """Roles that were made for it and that the administration has given nobody yet."""
    mails: Foretold
    """What changes in its reminders, and who would get which mail."""

    @property
    def is_blocked(self) -> bool:
        """Whether something in it is an error, or waits for the administration."""
        return bool(self.waits) or any(finding.severity == "error" for finding in self.findings)


def proposal(session: Session, process_key: str, xml: bytes, beside: Sequence[bytes] = ()) -> Proposal:
    """What publishing this drawing, with those `beside` it, would mean."""
    version, sector = overview.compared_version(session, process_key), Name.parse(process_key).tenant
    forms = unpublished.forms_of(session, read_diagram(xml), sector)
    labels = overview.labels(session, current().engine, sector)
    before = of_version(session, version) if version.version else Side(version.xml, {})
    element_names, findings = review(xml, sector, beside)
    cases, elsewhere = overview.running(session, process_key)
    return Proposal(
        version=version,
        difference=difference(before, drawn(session, xml, sector), labels),
        forms={key: labels.forms[key] for key in forms},
        findings=findings,
        element_names=element_names,
        cases=cases,
        elsewhere=elsewhere,
        effects=calendar.effects_of(session, xml, sector),
        tables=tables_of(session, read_diagram(xml)),
        waits=waiting(session, read_diagram(xml), sector),
        mails=foretell(
            session,
            current().engine,
            version.process_key,
            {sector} if sector else sectors_of(actor()),
            _steps(version.xml) if version.version else {},
            _steps(xml),
        ),
    )


def _steps(xml: bytes) -> Steps:
    """What people do in a diagram, with what it says of each."""
    return {one.id: (one.name, one.properties) for one in read_diagram(xml).of_kind("userTask")}


@dataclass(frozen=True, slots=True)
class Beside:
    """Another draft that is published with the one that is shown, or could be: `shown` is empty where it is not."""

    name: str
    title: str
    revision: int
    why: str
    shown: Proposal | None = None


def besides(session: Session, process_key: str, chosen: Collection[str]) -> list[Beside]:
    """The other drafts that could go with this one, those of processes that it calls or that call it first."""
    mine = releasing.draft_of(session, drafts.PROCESS, process_key)
    others = drafts.of_tenant(session, drafts.PROCESS, mine.tenant)
    found = {one.reference: one for one in others if one.key != mine.key}
    models = {name: read_diagram(one.content) for name, one in found.items()}
    own, together = read_diagram(mine.content), [mine.content, *(found[one].content for one in chosen if one in found)]
    return sorted(
        (
            Beside(
                name, models[name].name or name, one.revision, _kinship(own, models[name]),
                proposal(session, name, one.content, [xml for xml in together if xml is not one.content])
                if name in chosen else None,
            )
            for name, one in found.items()
        ),
        key=lambda one: (not one.why, one.title),
    )  # fmt: skip


def _kinship(mine: DiagramModel, other: DiagramModel) -> str:
    if any(call.called_element == other.process_key for call in mine.of_kind("callActivity")):
        return "este lo llama"
    return "llama a este" if any(c.called_element == mine.process_key for c in other.of_kind("callActivity")) else ""


@blueprint.get("/<process_key>/publicar")
@allow(*LEADERS, of=Of.DEFINITION)
def publish_page(process_key: str) -> str:
    """The comparison with the current version, the findings and the form with the reason."""
    return comparison_page(process_key)


@blueprint.post("/<process_key>/publicar")
@allow(*LEADERS, of=Of.DEFINITION)
def publish_draft(process_key: str) -> Response | tuple[str, int]:
    """Publish the draft that the person has seen, not one saved since: now, on a day, or after a review (`way`)."""
    reason, day, wrong = sent(process_key)
    beside = {name: request.form.get(f"revision-{name}", 0, type=row_id) for name in asked_beside()}
    with current().database.reading() as session:
        if any(
            waiting(session, read_diagram(draft.content), draft.tenant)
            for one in (process_key, *beside)
            for draft in [releasing.draft_of(session, drafts.PROCESS, one)]
        ):
            wrong["roles"] = "Falta que la administración diga quién tiene un rol nuevo. Abajo dice cuál."
        if not_yet := replays(session, process_key, list(beside)).why_not(bool(request.form.get("accepted"))):
            wrong["accepted"] = not_yet
    if wrong:
        return comparison_page(process_key, wrong), 422
    with current().database.reading() as session:
        begun, unsure = calendar.chosen(session, process_key, beside)
        if unsure:
            return comparison_page(process_key, {"casos": unsure}), 422
        releasing.rehearse_draft(session, current().engine, process_key, list(beside))
    revision = request.form.get("revision", 0, type=row_id)
    with current().database.unit_of_work() as session:
        said = _released(session, process_key, revision, reason, day, begun, beside)
    return back_to("studio.process", said, process_key=process_key)


def asked_beside() -> list[str]:
    """The other processes that somebody wants published with this one."""
    return list(dict.fromkeys(request.values.getlist("con")))


def sent(process_key: str) -> tuple[str, dt.date | None, dict[str, str]]:
    """The reason and the day that were chosen (None: at once), and what is wrong with them by field."""
    reason, day, wrong = request.form.get("reason", ""), None, {}
    if not reason.strip():
        wrong["reason"] = "Escriba por qué se publica este cambio."
    if request.form.get("when") == "next":
        with current().database.reading() as session:
            coming = upcoming.next_opening(session, process_key)
        day = coming.due_on if coming is not None else None
        if day is None:
            wrong["day"] = "Ya no hay un próximo periodo por abrir. Elija otra vez desde cuándo rige."
    if request.form.get("when") == "day":
        day = typed_day(request.form.get("day", ""))
        if day is None:
            wrong["day"] = "Elija el día desde el que rige."
        elif day <= bogota_day(current().clock.now()):
            wrong["day"] = "Elija un día posterior a hoy, o «En cuanto se publique»."
    return reason, day, wrong


def _released(
    session: Session,
    process_key: str,
    revision: int,
    reason: str,
    day: dt.date | None,
    begun: calendar.Begun,
    beside: Mapping[str, int],
) -> str:
    """Do what was asked, and say it."""
    engine, today = current().engine, bogota_day(current().clock.now())
    unreviewed = may_skip_review() and request.form.get("way") == "unreviewed"
    if request.form.get("way") == "review":
        release = reviewing.ask(
            session, engine, process_key,
            revision=revision, actor=actor(), reason=reason, today=today, effective_on=day, completed=begun,
            beside=beside,
        )  # fmt: skip
        _note(session, "pedir_revision", process_key, beside, reason)
        told = releases.tell_asked(session, engine.now(), release, current().config.base_url)
        return _asked(told)
    if day is not None:
        reviewing.schedule(
            session, engine, process_key,
            revision=revision, actor=actor(), reason=reason, today=today, effective_on=day, completed=begun,
            unreviewed=unreviewed, beside=beside,
        )  # fmt: skip
        _note(session, "programar_publicacion", process_key, beside, reason)
        return f"Rige desde el {long_day(day)}. Hasta ese día puede retirarlo, en esta página."
    released = releasing.release(
        session, engine, process_key,
        revision=revision, actor=actor(), reason=reason, completed=begun, unreviewed=unreviewed, beside=beside,
    )  # fmt: skip
    if unreviewed:
        _note(session, "publicar_sin_revision", process_key, beside, reason)
    if beside:
        return f"Se publicaron juntos {len(beside) + 1} procesos, con sus cambios."
    return f"Publicada la versión {released.version}." if released.version else "El borrador era igual a la vigente."


def _note(session: Session, act: str, process_key: str, beside: Collection[str], reason: str) -> None:
    for name in (process_key, *beside):
        note_way(session, act, name, reason)


def _asked(told: int) -> str:
    """Who will look at it; nobody may, where one person alone leads processes."""
    if not told:
        return "Se pidió la revisión, pero nadie más lidera procesos: pida a la administración que nombre a alguien."
    return f"Se pidió la revisión. Se avisó por correo a {told} {'persona' if told == 1 else 'personas'}."


def comparison_page(process_key: str, wrong: Mapping[str, str] | None = None) -> str:
    """What would be published."""
    with current().database.reading() as session:
        draft = releasing.draft_of(session, drafts.PROCESS, process_key)
        others = besides(session, process_key, asked_beside())
        together = [one for one in others if one.shown is not None]
        is_first = overview.working_version(session, process_key).version == 0
        contents = [releasing.draft_of(session, drafts.PROCESS, one.name).content for one in together]
        shown = proposal(session, process_key, draft.content, contents)
        names = overview.people(session)
        release = reviewing.latest(session, process_key)
        reviewed = any(releasing.is_reviewed(session, one) for one in (process_key, *(one.name for one in together)))
        comments = reviewing.comments(session, release.id) if release else []
        stands = release is not None and reviewing.stands(session, release)
        rehearsed = replays(session, process_key, [one.name for one in together])
        coming = None if is_first or shown.effects else upcoming.next_opening(session, process_key)
        group = [one.process_key for one in reviewing.group(session, release)] if release else []
    return page(
        "studio/publish.html",
        name=process_key,
        version=shown.version,
        draft=draft,
        coming=coming,
        others=others,
        together=together,
        is_blocked=any(one.is_blocked for one in [shown, *(one.shown for one in together if one.shown)]),
        group=[one for one in others if one.name in group],
        author=names.get(draft.saved_by, draft.saved_by),
        shown=shown,
        names=names,
        release=release,
        stands=stands,
        comments=comments,
        reviewed=reviewed,
        kept=rehearsed.kept,
        not_yet=rehearsed.why_not(accepted=False),
        replay=rehearsed.job,
        may_skip=may_skip_review(),
        today=bogota_day(current().clock.now()),
        asks_count=any(beginning.opens > 1 for effect in shown.effects for beginning in effect.beginnings),
        typed=request.form,
        wrong=wrong or {},
    )
