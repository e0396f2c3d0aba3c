"""Waits, deadlines and starts by the clock: what other tools wrote, as working days or as a question."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from engine.definitions import vocabularies
from engine.definitions.importing.asking import Kind
from engine.definitions.importing.draft import Draft, called, is_raised
from engine.definitions.markup import CAMUNDA, Node, child, children, local, text_of

_DURATION = re.compile(
    r"P(?:(\d{1,3})Y)?(?:(\d{1,3})M)?(?:(\d{1,3})W)?(?:(\d{1,4})D)?"
    r"(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})(?:\.\d+)?S)?)?\Z"
)
_LITERAL = re.compile(r"[=$#{\s]*(?:duration\()?\s*[\"']((?:R\d{0,4}/)?P[0-9A-Z.]+)[\"']\s*\)?\s*\}?")
"""A duration that another tool writes as an expression: `=duration("P3D")`, `${'P3D'}`."""
_LATER = re.compile(r"[=$#{\s]*now\(\)\s*\+\s*duration\(\s*[\"'](P[0-9A-Z.]+)[\"']\s*\)\s*\}?")
_PLUS = re.compile(
    r"[$#]\{\s*(?:dateTime|now)(?:\(\))?\s*\.plus(Days|Weeks|Months|Hours)\((\d{1,3})\)(?:\.toDate\(\))?\s*\}"
)
_SHORT = re.compile(r"(?:(\d{1,4})d)?\s*(?:(\d{1,5})h)?\s*(?:(\d{1,6})m)?\s*(?:(\d{1,8})s)?")
_CYCLE = re.compile(r"=\s*cycle\(\s*(?:(\d{1,3})\s*,)?\s*duration\(\s*\"(P[0-9A-Z.]+)\"\s*\)\s*\)")
"""How other tools write a time from now: Camunda 8, Camunda 7 and Flowable, jBPM, and what repeats in Camunda 8."""
_TIMES = re.compile(r"R\d{0,4}/")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
WORKING_DAYS_A_MONTH = 21
WORKING_DAYS_A_WEEK = 5

CADENCES = {
    "P1M": "mensual",
    "P2M": "bimestral",
    "P3M": "trimestral",
    "P6M": "semestral",
    "P1Y": "anual",
    "P12M": "anual",
}
GUESS = "5dh"
EXAMPLES = "Por ejemplo «5dh» o «cierre+7dh»."


@dataclass(frozen=True, slots=True)
class Span:
    """How long another tool waits, in whole working days; `part`: and a part of a day more."""

    whole: int
    part: bool

    @property
    def exact(self) -> bool:
        """Whether it is as many working days, neither more nor none."""
        return self.whole > 0 and not self.part

    @property
    def days(self) -> int:
        """As many as it takes, one at least."""
        return max(1, self.whole + self.part)


def span(written: str) -> Span | None:
    """An ISO 8601 duration; None if it is none. Equal durations are equal spans: P7D is P1W, PT24H is P1D.

    A week has five working days, what is left of one as many as it has days, five at most; a month has 21.
    """
    match = _DURATION.match(_TIMES.sub("", _bare(written)))
    if match is None or not any(match.groups()):
        return None
    years, months, weeks, days, hours, minutes, seconds = (int(count or 0) for count in match.groups())
    clock = Fraction(hours * 3600 + minutes * 60 + seconds, 86_400)
    whole_weeks, rest = divmod(7 * weeks + days + int(clock), 7)
    total = (12 * years + months) * WORKING_DAYS_A_MONTH + whole_weeks * WORKING_DAYS_A_WEEK
    total += min(rest, WORKING_DAYS_A_WEEK)
    return Span(total, part=clock.denominator > 1)


def _bare(written: str) -> str:
    """A duration without the expression around it."""
    written = written.strip()
    if literal := _LITERAL.fullmatch(written) or _LATER.fullmatch(written):
        return literal[1]
    if plus := _PLUS.fullmatch(written):
        return f"PT{plus[2]}H" if plus[1] == "Hours" else f"P{plus[2]}{plus[1][0]}"
    if short := _SHORT.fullmatch(written) if written else None:
        days, hours, minutes, seconds = (count or "0" for count in short.groups())
        return f"P{days}DT{hours}H{minutes}M{seconds}S"
    if cycle := _CYCLE.fullmatch(written):
        return f"R{cycle[1] or ''}/{cycle[2]}"
    return written


def _cycles(draft: Draft) -> None:
    """How often a moment comes is read from the file: what Camunda 8 calculates is written as ISO 8601 has it."""
    for node in draft.nodes("boundaryEvent", "intermediateCatchEvent", "startEvent"):
        for one in children(node, "timerEventDefinition"):
            for time in children(one, "timeCycle"):
                if _CYCLE.fullmatch(text_of(time).strip()):
                    time.text = _bare(text_of(time))


def _timers(draft: Draft) -> None:
    for node in draft.nodes("boundaryEvent", "intermediateCatchEvent", "startEvent"):
        definition = child(node, "timerEventDefinition")
        opens_a_case = local(node) == "startEvent" and not _is_inside_raised(node)
        if definition is not None and not opens_a_case and not _has_property(draft, node, "plazo"):
            draft.set_property(node, "plazo", _deadline(draft, node, "timer", "La espera", _written(definition)))


def _deadlines(draft: Draft) -> None:
    for task in draft.nodes("userTask"):
        if not _has_property(draft, task, "plazo"):
            due = vocabularies.due_date(task)
            task.attrib.pop(f"{{{CAMUNDA}}}dueDate", "")
            if due:
                draft.set_property(task, "plazo", _deadline(draft, task, "deadline", "El plazo de", due))
            else:
                draft.set_property(task, "plazo", GUESS)
                draft.repaired(task, "deadline", f"{called(task)} no tenía plazo: quedó en {_days(GUESS)}.")


def _deadline(draft: Draft, node: Node, rule: str, what: str, written: str) -> str:
    """What was written as a deadline of ours: the same, or a guess and a question that quotes it."""
    found = span(written)
    if found is not None and found.exact:
        draft.repaired(node, rule, f"{what} {called(node)} («{written}») quedó en {_days(f'{found.days}dh')}.")
        return f"{found.days}dh"
    guess = f"{found.days}dh" if found is not None else GUESS
    said = _said(written)
    question = f"{what} {called(node)} {said}. ¿Cuántos días hábiles son? {EXAMPLES}"
    answer = draft.ask(node, rule, question, kind=Kind.DEADLINE, guess=guess)
    draft.repaired(node, rule, f"{what} {called(node)} {said}: quedó en {_days(answer)}.")
    return answer


def _said(written: str) -> str:
    """What another tool wrote, quoted, as the kind of time that it was."""
    quoted = f"«{written[:60]}»"
    if not written:
        return "no decía cuánto"
    found = span(written)
    if found is not None:
        return f"decía {quoted}, que {'no son días enteros' if found.part else 'no deja tiempo'}"
    if written.startswith(("${", "#{", "=")):
        return f"decía {quoted}, que se calcula en cada caso"
    if _DATE.match(written):
        return f"decía {quoted}, una fecha fija"
    if _TIMES.match(written) or len(written.split()) > 4:
        return f"decía {quoted}, que se repite"
    return f"decía {quoted}, que aquí no se entiende"


def _days(deadline: str) -> str:
    days = deadline.removesuffix("dh")
    if not days.isdecimal():
        return f"«{deadline}»"
    return "1 día hábil" if days == "1" else f"{days} días hábiles"


def _clock_starts(draft: Draft) -> None:
    for node in draft.nodes("startEvent"):
        definition = child(node, "timerEventDefinition")
        if definition is None or _is_inside_raised(node) or _has_property(draft, node, "cadencia"):
            continue
        written = _written(definition)
        cadence = CADENCES.get(_bare(written).rpartition("/")[2])
        if not cadence:
            said = f"decía «{written[:60]}»" if written else "no decía cada cuánto comienza"
            question = f"¿Cada cuánto comienza {called(node)}? En el archivo {said}."
            cadence = draft.ask(node, "cadence", question, *dict.fromkeys(CADENCES.values()))
        if cadence:
            draft.set_property(node, "cadencia", cadence)
            draft.set_property(node, "apertura", "cierre+1dh")
            draft.repaired(
                node, "cadence", f"{called(node)} comienza ahora con cadencia {cadence}, el día hábil tras el cierre."
            )
        else:
            node.remove(definition)
            draft.repaired(node, "cadence", f"{called(node)} {said}: por ahora alguien lo comienza a mano.")


def _written(definition: Node) -> str:
    return next((text_of(one) for one in children(definition)), "").strip()


def _is_inside_raised(node: Node) -> bool:
    holder = node.getparent()
    return holder is not None and is_raised(holder)


def _has_property(draft: Draft, node: Node, name: str) -> bool:
    return bool(vocabularies.properties(node, draft.prefix).get(name))


STEPS = (_cycles, _timers, _clock_starts)
LATER = (_deadlines,)
"""Once every task that people do is known."""
