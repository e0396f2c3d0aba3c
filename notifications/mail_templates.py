"""The words of mails that an office changes: what may stand in them, which hold, what was kept before.

Those of a sector win over those of the installation, and these over what Cauce comes with. Words that fail when a mail
is written do not keep it: the shipped ones go out, and the failure is an incident of who may change them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import jinja2
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import units
from engine.clock import Clock
from engine.confinement import confined
from engine.database import take_turns
from engine.identity import Actor
from notifications import rendering
from notifications.errors import WordsTooLong
from notifications.mail_kinds import KINDS, bare, sample
from notifications.models import MailNote, MailTemplate
from notifications.rendering import Mail, Words
from workflows.auditing import recording
from workflows.documents import marks
from workflows.errors import NotFound, Refused
from workflows.sectors import identity

KIND = "plantilla_correo"
FAILING = "mail_template"
"""The unit of background work that is kept as failing when an office's words do."""
LONGEST: Mapping[str, int] = {"subject": 300, "text": 20_000, "letter": 40_000}
SPANISH = {"subject": "El asunto", "text": "El texto", "letter": "El HTML"}
SECONDS = 5.0
_IN_FORCE = "notifications.mail_templates"
"""Key of `Session.info`: the words that hold, read once however many mails a unit of work writes."""
_MARK = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)


def written(session: Session, now: dt.datetime, name: str, values: Mapping[str, Any], *, sector: str = "") -> Mail:
    """A mail of a kind in the words that hold in a sector."""
    usual = rendering.render(name, values)
    held = _in_force(session)
    words = held.get((sector, name)) or held.get(("", name))
    if words is None:
        return usual
    try:
        return by(session, name, words, usual, values, sector=sector)
    except (jinja2.TemplateError, WordsTooLong) as failure:
        whose = sector if (sector, name) in held else ""
        units.keep_failure(session, now, FAILING, f"{whose}/{name}", failure)
        return usual


def by(session: Session, name: str, words: Words, usual: Mail, values: Mapping[str, Any], *, sector: str) -> Mail:
    """The mail in these words, with the sector at its head. `usual` is the shipped one, of the same values."""
    if name == "digest":
        return rendering.reworded_digest(usual, words, values)
    base_url = str(values.get("base_url") or "")
    look = identity.shown(session, [sector]).get(sector) if sector else None
    if look is not None and not base_url:
        look = replace(look, logo="")
    return rendering.worded(name, words, usual.facts, sector=look, base_url=base_url)


def check(name: str, words: Words) -> list[str]:
    """What is wrong with some words, each in a sentence; nothing if every mail of the kind can be written in them."""
    found: list[str] = []
    for part, most in LONGEST.items():
        text = getattr(words, part)
        if not text.strip():
            found.append(f"{SPANISH[part]} está vacío.")
        elif len(text) > most:
            found.append(f"{SPANISH[part]} tiene más de {most} letras.")
    if found:
        return found
    told: list[str] = confined(_check, name, words, seconds=SECONDS, too_much=_too_much)
    return told


def save(
    session: Session, clock: Clock, sector: str, name: str, words: Words, *, reason: str, actor: Actor
) -> MailTemplate:
    """Let checked words hold in a sector, or in the installation; those before stay on record."""
    return _keep(session, clock, sector, name, words, reason=reason, actor=actor)


def restore(session: Session, clock: Clock, sector: str, name: str, *, reason: str, actor: Actor) -> None:
    """Let the words of the level above hold again. Raises `Refused` where nothing was changed."""
    if of(session, sector, name) is None:
        raise Refused("Ese correo ya sale con el texto de siempre.")
    _keep(session, clock, sector, name, None, reason=reason, actor=actor)


def of(session: Session, sector: str, name: str) -> MailTemplate | None:
    """What a sector, or the installation, has for a kind of mail; none where it went back to what it was."""
    last = next(iter(history(session, sector, name)), None)
    return last if last is not None and last.holds else None


def history(session: Session, sector: str, name: str) -> Sequence[MailTemplate]:
    """Every change of a kind of mail, the last first."""
    query = sa.select(MailTemplate).where(MailTemplate.sector_code == sector, MailTemplate.name == name)
    return session.scalars(query.order_by(MailTemplate.number.desc())).all()


def changed(session: Session, sector: str) -> Mapping[str, str]:
    """Of each kind that does not go out as shipped: whose words hold in a sector, its own or the installation's."""
    held = _in_force(session)
    return {name: "sector" if (sector, name) in held else "instalación" for code, name in held if code in (sector, "")}


def in_force(session: Session, sector: str, name: str) -> Words:
    """The words that hold in a sector."""
    if name not in KINDS:
        raise NotFound("Ese correo no se puede cambiar. Elíjalo en la lista.")
    held = _in_force(session)
    return held.get((sector, name)) or held.get(("", name)) or rendering.shipped(name)


def latest(session: Session, sector: str, name: str) -> MailNote | None:
    """The last note of a kind that was written in a sector, with what it was made of; of the installation: in any."""
    query = sa.select(MailNote).where(MailNote.template == name).order_by(MailNote.id.desc()).limit(1)
    return session.scalar(query.where(MailNote.sector_code == sector) if sector else query)


def _keep(
    session: Session, clock: Clock, sector: str, name: str, words: Words | None, *, reason: str, actor: Actor
) -> MailTemplate:
    take_turns(session, f"correo/{sector}/{name}")
    before = next(iter(history(session, sector, name)), None)
    kept = MailTemplate(
        sector_code=sector,
        name=name,
        number=before.number + 1 if before else 1,
        holds=words is not None,
        subject=words.subject if words else "",
        text=words.text if words else "",
        letter=words.letter if words else "",
        reason=reason,
        saved_by=actor.id,
        saved_at=clock.now(),
    )
    session.add(kept)
    session.flush()
    session.info.pop(_IN_FORCE, None)
    recording.record(
        session, clock, actor, "cambiar_plantilla_correo", (KIND, f"{sector or 'instalacion'}/{name}"), reason=reason,
        before=_told(before), after=_told(kept),
    )  # fmt: skip
    units.resolve(session, clock.now(), FAILING, f"{sector}/{name}", by=actor.id)
    return kept


def _told(one: MailTemplate | None) -> dict[str, Any]:
    if one is None or not one.holds:
        return {"texto": "el de siempre"}
    return {"version": one.number, "asunto": one.subject, "texto": one.text, "html": one.letter}


def _in_force(session: Session) -> Mapping[tuple[str, str], Words]:
    if _IN_FORCE not in session.info:
        held: dict[tuple[str, str], Words] = {}
        query = sa.select(MailTemplate).order_by(MailTemplate.number)
        for one in session.scalars(query):
            held.pop((one.sector_code, one.name), None)
            if one.holds:
                held[one.sector_code, one.name] = Words(one.subject, one.text, one.letter)
        session.info[_IN_FORCE] = held
    known: Mapping[tuple[str, str], Words] = session.info[_IN_FORCE]
    return known


def _too_much() -> Exception:
    return Refused("Leer la plantilla tarda o pesa más de lo permitido. Acórtela.")


def _check(name: str, words: Words) -> list[str]:
    kind, wrong = KINDS[name], []
    for part, said in SPANISH.items():
        found = marks.look(getattr(words, part), kind.listed)
        wrong += [f"{said}: {one}" for one in found.wrong]
        if part != "subject":
            missing = [f"«{one}»" for one in kind.needed if one not in found.used]
            wrong += [f"{said}: falta {' y '.join(missing)}; sin eso el correo no sirve."] if missing else []
    wrong += [f"El HTML: {one}" for one in dict.fromkeys(_Tags.wrong_in(words.letter))]
    if not wrong:
        try:
            for facts in (sample(name, mark=" <&>"), bare(name)):
                rendering.worded(name, words, facts)
        except (jinja2.TemplateError, WordsTooLong) as failure:
            wrong.append(f"No se pudo escribir un correo de ejemplo: {' '.join(str(failure).split())[:200]}.")
    return wrong


class _Tags(HTMLParser):
    """Says what in a letter would be left out when it is cleaned."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    @classmethod
    def wrong_in(cls, letter: str) -> Iterator[str]:
        """Each thing that may not stand in it."""
        reader = cls()
        # A mark within a tag could be taken for an attribute: what it says is not the tag's business.
        reader.feed(_MARK.sub(lambda mark: "https://x" if mark[0].startswith("{{") else "", letter))
        reader.close()
        yield from reader.wrong

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in rendering.TAGS:
            self.wrong.append(f"«<{tag}>» no se acepta en un correo.")
            return
        for name, value in attrs:
            if name == "class":
                for one in (value or "").split():
                    if one not in rendering.CLASSES.get(tag, ()):
                        self.wrong.append(f"La clase «{one}» no se acepta en «<{tag}>».")
            elif name not in rendering.ATTRIBUTES.get(tag, ()):
                self.wrong.append(f"«{name}» no se acepta en «<{tag}>».")
            elif name == "href" and (value or "").partition(":")[0] not in rendering.SCHEMES:
                self.wrong.append("Un enlace comienza por https:// o mailto:, o es una variable.")
