"""The words of the mails: which hold in a sector or in the installation, others tried on real data, and kept."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from notifications import mail_templates, rendering, trials
from notifications.mail_kinds import KINDS
from notifications.rendering import Words
from web.auth import Of, allow
from web.auth.gate import may_open
from web.pages import actor, back_to, current, page
from workflows.people import directory
from workflows.people.roles import COORDINATING, INSTALLATION_ADMINISTRATOR
from workflows.sectors import registry

blueprint = Blueprint("mail_templates", __name__)
WHO = (*COORDINATING, INSTALLATION_ADMINISTRATOR)
LONGEST_REASON = 500
ASK_REASON = "Diga por qué cambia: queda en la bitácora."


@blueprint.get("/sectores/<sector>/correos")
@allow(*WHO, of=Of.SECTOR)
def index(sector: str) -> str:
    """The kinds of mail, and whose words each has in a sector."""
    return _listed(sector)


@blueprint.get("/sectores/<sector>/correos/<kind>")
@allow(*WHO, of=Of.SECTOR)
def edit(sector: str, kind: str) -> str:
    """The words of a kind of mail in a sector, to be changed."""
    return _editing(sector, kind)


@blueprint.post("/sectores/<sector>/correos/<kind>")
@allow(*WHO, of=Of.SECTOR)
def change(sector: str, kind: str) -> Any:
    """Try other words, let them hold in a sector, or go back."""
    return _changed(sector, kind)


@blueprint.get("/correos/plantillas")
@allow(INSTALLATION_ADMINISTRATOR, of=Of.INSTALLATION)
def shared() -> str:
    """The kinds of mail, and which the installation changed for all its sectors."""
    return _listed("")


@blueprint.get("/correos/plantillas/<kind>")
@allow(INSTALLATION_ADMINISTRATOR, of=Of.INSTALLATION)
def edit_shared(kind: str) -> str:
    """The words of a kind of mail for all sectors, to be changed."""
    return _editing("", kind)


@blueprint.post("/correos/plantillas/<kind>")
@allow(INSTALLATION_ADMINISTRATOR, of=Of.INSTALLATION)
def change_shared(kind: str) -> Any:
    """Try other words, let them hold in all sectors that have none of their own, or go back."""
    return _changed("", kind)


def _listed(sector: str) -> str:
    with current().database.reading() as session:
        return page(
            "mails/templates.html",
            sector=registry.find(session, sector) if sector else None,
            kinds={name: one for name, one in KINDS.items() if not (sector and one.of_person)},
            changed=mail_templates.changed(session, sector),
            may_share=bool(sector) and may_open("mail_templates.shared"),
        )


def _editing(sector: str, kind: str, **context: Any) -> str:
    """The editor with what was typed, else with an earlier version that is asked for, else with what holds."""
    with current().database.reading() as session:
        _ensure_known(sector, kind)
        history = mail_templates.history(session, sector, kind)
        return page(
            "mails/template.html",
            sector=registry.find(session, sector) if sector else None,
            name=kind,
            kind=KINDS[kind],
            history=history,
            names=directory.display_names(session, {one.saved_by for one in history}),
            is_own=bool(history) and history[0].holds,
            **{
                "words": _asked(history) or mail_templates.in_force(session, sector, kind),
                "reason": "", "wrong": [], "trial": None, "shown": "", **context,
            },
        )  # fmt: skip


def _asked(history: Any) -> Words | None:
    """The earlier version that the address asks for, or what Cauce comes with."""
    wanted = request.args.get("version", "")
    found = next((one for one in history if str(one.number) == wanted and one.holds), None)
    return Words(found.subject, found.text, found.letter) if found else None


def _changed(sector: str, kind: str) -> Any:
    _ensure_known(sector, kind)
    if request.form.get("accion") == "volver":
        return _restored(sector, kind)
    words, reason = _typed(), request.form.get("motivo", "").strip()
    wrong = mail_templates.check(kind, words)
    if request.form.get("accion") == "guardar" and not reason and not wrong:
        wrong = [ASK_REASON]
    if wrong:
        return _editing(sector, kind, words=words, reason=reason, wrong=wrong), 422
    if request.form.get("accion") != "guardar":
        return _tried(sector, kind, words, reason)
    application = current()
    with application.database.unit_of_work() as session:
        mail_templates.save(
            session, application.clock, sector, kind, words, reason=reason[:LONGEST_REASON], actor=actor()
        )
    return _back(sector, f"«{KINDS[kind].title}» sale así desde ahora.")


def _restored(sector: str, kind: str) -> Response:
    application = current()
    with application.database.unit_of_work() as session:
        mail_templates.restore(
            session, application.clock, sector, kind,
            reason=request.form.get("motivo", "").strip()[:LONGEST_REASON], actor=actor(),
        )  # fmt: skip
    return _back(sector, f"«{KINDS[kind].title}» vuelve a salir como antes.")


def _tried(sector: str, kind: str, words: Words, reason: str) -> str:
    application = current()
    with application.database.reading() as session:
        trial = _trial(session, sector, kind, words)
    return _editing(
        sector, kind, words=words, reason=reason, trial=trial, shown=rendering.inside_a_page(trial.mail.letter)
    )


def _trial(session: Session, sector: str, kind: str, words: Words) -> trials.Trial:
    application = current()
    return trials.trial(
        session, application.engine, application.calendar, sector, kind, words, base_url=application.config.base_url
    )


def _typed() -> Words:
    subject, text, letter = (request.form.get(name, "").replace("\r\n", "\n") for name in ("asunto", "texto", "html"))
    return Words(" ".join(subject.split()), text, letter)


def _ensure_known(sector: str, kind: str) -> None:
    if kind not in KINDS or (sector and KINDS[kind].of_person):
        abort(404)


def _back(sector: str, notice: str) -> Response:
    return (
        back_to("mail_templates.index", notice, sector=sector) if sector else back_to("mail_templates.shared", notice)
    )
