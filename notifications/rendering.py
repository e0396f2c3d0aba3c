"""Mails from templates: each is a folder with a subject, a text and the letter of its HTML, in the frame of all mails.

What an office changed of a kind's words is rendered as the shipped ones are: in a sandbox, within limits, its HTML
cleaned by a list of what may stand in it.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import css_inline
import nh3
from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notifications.errors import WordsTooLong
from notifications.mail_kinds import KINDS, MailKindWords
from workflows.calendar import BOGOTA
from workflows.documents.letters import shown
from workflows.sectors.identity import Identity
from workflows.spanish import week_day

LETTER = re.compile("<!--/?letter-->")
"""What stands around the part of the frame that is the mail's own; nothing typed can be one, for it is escaped."""

MOST_LETTERS, SECONDS = 300_000, 1.0
"""What a rendered text may weigh, and how long it may take."""

TAGS = {"p", "br", "strong", "b", "em", "i", "u", "h1", "h2", "h3", "ul", "ol", "li", "a", "span", "div", "blockquote",
        "hr", "table", "thead", "tbody", "tr", "th", "td"}  # fmt: skip
CLASSES = {
    "a": {"boton"}, "p": {"meta", "small", "muted"}, "span": {"bad", "warn", "meta", "muted", "small"},
    "div": {"quote", "calm"},
}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "th": {"colspan", "scope"}, "td": {"colspan"}}
SCHEMES = {"http", "https", "mailto"}

_HEADING = re.compile("(</?h)([123])(?=[ >])")
_BUTTON = re.compile(r'<a (?:class="boton" href="([^"]*)"|href="([^"]*)" class="boton")>(.*?)</a>', re.DOTALL)
_AS_BUTTON = r'<table role="presentation" class="button"><tr><td class="btn"><a href="\1\2">\3</a></td></tr></table>'


@dataclass(frozen=True, slots=True)
class Mail:
    """A rendered mail, not yet addressed. `letter` is what of its HTML may stand in another mail.

    `template` is the kind whose words an office may change, and `facts` the variables that they were made of.
    """

    subject: str
    text: str
    html: str
    letter: str = ""
    template: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a kind of mail: its subject, its text, and the letter of its HTML, as templates."""

    subject: str
    text: str
    letter: str


def render(name: str, values: Mapping[str, Any]) -> Mail:
    """Render the shipped mail called `name` (a folder of `templates/email`). An unknown variable is an error."""
    if name in KINDS and name != "digest":
        return worded(name, shipped(name), KINDS[name].view(values), limited=False)
    subject, text, body = (_environment().get_template(f"{name}/{part}").render(values) for part in
                           ("subject.txt", "body.txt", "body.html"))  # fmt: skip
    _before, letter, _after = LETTER.split(shown(body))
    facts = {"html": body} if name == "digest" else {}
    return Mail(_line(subject), shown(text).strip() + "\n", _inlined(body), letter.strip(), facts=facts)


def worded(
    name: str,
    words: Words,
    facts: Mapping[str, Any],
    *,
    sector: Identity | None = None,
    base_url: str = "",
    limited: bool = True,
) -> Mail:
    """A mail of a kind by some words, under a sector's name. Raises what Jinja does, `WordsTooLong` if `limited`."""
    kind = KINDS[name]
    fill = _filled if limited else _made
    subject = _line(fill(words.subject, facts))
    greeting = f"{kind.greeting}{facts['nombre']}"
    letter = cleaned(shown(fill(words.letter, facts, is_html=True)))
    frame = {
        "asunto": subject, "saludo": greeting, "letter": letter, "foot": kind.foot,
        "preheader": _preheader(kind, facts), "sector": sector, "base_url": base_url.rstrip("/"),
    }  # fmt: skip
    body = _environment().get_template("flat.html").render(frame)
    text = f"{greeting}:\n\n{fill(words.text, facts).strip()}\n"
    return Mail(subject, shown(text), _inlined(body), shown(letter).strip(), name, facts)


def reworded_digest(usual: Mail, words: Words, values: Mapping[str, Any]) -> Mail:
    """The digest with an office's words around what it holds: `contenido` stays as Cauce made it."""
    place = f"contenido-{secrets.token_hex(8)}"
    greeting, _, rest = usual.text.partition("\n\n")
    inside, dash, foot = rest.rpartition("\n--\n")
    facts = KINDS["digest"].view({**values, "contents": place})
    letter = cleaned(shown(_filled(words.letter, facts, is_html=True))).replace(place, usual.letter)
    text = _filled(words.text, facts).replace(place, inside.strip())
    before, _letter, after = LETTER.split(shown(str(usual.facts["html"])))
    html = _inliner().inline(before + shown(letter) + after)
    return Mail(
        _line(_filled(words.subject, facts)), shown(f"{greeting}\n\n{text.strip()}\n{dash}{foot}"), html, letter.strip()
    )


@cache
def shipped(name: str) -> Words:
    """The words that a kind of mail comes with."""
    if name == "digest":
        return Words("{{ asunto }}", "{{ contenido }}", "{{ contenido }}")
    return Words(*(_source(f"{name}/{part}") for part in ("subject.txt", "body.txt", "letter.html")))


def cleaned(html: str) -> str:
    """What of a letter may stand in a mail; the links that are buttons look it in Outlook too."""
    kept = nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, allowed_classes=CLASSES, url_schemes=SCHEMES, link_rel=None
    )
    return _BUTTON.sub(_AS_BUTTON, kept)


def inside_a_page(letter: str) -> str:
    """A letter as a page may show it: below the page's own headings, without what a mail program alone needs."""
    return _HEADING.sub(lambda mark: f"{mark[1]}{int(mark[2]) + 2}", cleaned(letter))


def _source(path: str) -> str:
    environment = _environment()
    assert environment.loader is not None  # noqa: S101
    return environment.loader.get_source(environment, path)[0]


def _made(source: str, facts: Mapping[str, Any], *, is_html: bool = False) -> str:
    """A shipped text with its variables in it: however much somebody typed, it is told."""
    return _compiled(source, is_html).render(facts)


def _filled(source: str, facts: Mapping[str, Any], *, is_html: bool = False) -> str:
    """A text with its variables in it; it ends as soon as it is too long or takes too long."""
    parts, length, until = [], 0, time.monotonic() + SECONDS
    for part in _compiled(source, is_html).generate(facts):
        length += len(part)
        if length > MOST_LETTERS or time.monotonic() > until:
            raise WordsTooLong
        parts.append(part)
    return "".join(parts)


@cache
def _sandbox(is_html: bool) -> Environment:
    return ImmutableSandboxedEnvironment(
        autoescape=is_html, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


@lru_cache(maxsize=256)
def _compiled(source: str, is_html: bool) -> Template:
    return _sandbox(is_html).from_string(source)


def _preheader(kind: MailKindWords, facts: Mapping[str, Any]) -> str:
    return str(facts[kind.preheader][0]["motivo"]) if kind.preheader and facts[kind.preheader] else ""


def _line(subject: str) -> str:
    return " ".join(shown(subject).split())


def _inlined(body: str) -> str:
    before, letter, after = LETTER.split(shown(body))
    return _inliner().inline(before + letter + after)


@cache
def _inliner() -> css_inline.CSSInliner:
    """Writes the style of the frame into its elements, as Outlook and Gmail want it; fetches nothing."""
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("notifications", "templates/email"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "dia": week_day, "hora": lambda moment: f"{moment.astimezone(BOGOTA):%H:%M}",
    }  # fmt: skip
    return environment
