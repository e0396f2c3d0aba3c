"""Closing reviews: every point shows the record that proves it, and is not ticked without it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.contracts import NUMBER, Contract
from engine.definitions import catalogue
from workflows.forms.handlers import FieldError, FormContext, Panel, PlainForm, Prefill, Values
from workflows.forms.models import ClosingItem
from workflows.forms.schema import FormSchema

REMARKS = "observaciones"
NO_RECORD = "sin registro todavía: no se puede marcar"


@dataclass(frozen=True, slots=True)
class Proof:
    """A record, in a sentence («12 normas inventariadas, de tres entidades»), and its address if it has one."""

    sentence: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the records: of which plan, of which year where a review is yearly, and when."""

    session: Session
    plan_code: str
    year: int | None
    now: dt.datetime


Finder = Callable[[Question], Proof | None]
"""Looks for the record that proves a point; nothing where there is none."""

Checklists = Mapping[str, Mapping[str, Finder]]
"""The finders of a review, by the checklist's key in the form and then by the option's value."""


class ClosingReview(PlainForm):
    """The handler of a closing review. A room makes one with the finders that know its records.

    What stays unticked needs a reason in `observaciones`, where the form has that field.
    """

    contract = Contract(uses={"vigencia": NUMBER})

    def __init__(self, review: str, checklists: Checklists, *, yearly: bool = True) -> None:
        """`review` is the form handler's name: under it the points are kept, and by year if its case has one."""
        self.review = review
        self.checklists = checklists
        self.yearly = yearly

    def prepare(self, context: FormContext) -> Prefill:
        """Each point with its proof behind it, and the proofs as a table."""
        found = self._found(context)
        labels = _labels(context)
        options = {
            field: [(item, _with_proof(labels[field].get(item, item), found[item])) for item in finders]
            for field, finders in self.checklists.items()
        }
        return Prefill(options=options, panels=[_panel(labels, self.checklists, found)])

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Nothing is ticked without its record; what is left out is explained."""
        found, labels = self._found(context), _labels(context)
        errors, left = [], []
        for field, item in self._items():
            label = labels[field].get(item, item)
            if item not in (values.get(field) or []):
                left.append(label)
            elif found[item] is None:
                errors.append(FieldError(field, f"«{label}» no tiene el registro que lo prueba. Déjelo sin marcar."))
        if left and REMARKS in values and not values[REMARKS]:
            errors.append(FieldError(REMARKS, f"Diga por qué queda sin marcar: {', '.join(left)}."))
        return errors

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep every point with the proof it had."""
        found, labels = self._found(context), _labels(context)
        key = str(context.variables.get("vigencia") or "") if self.yearly else ""
        known = {kept.item: kept for kept in of_review(context.session, context.plan_code, self.review, key)}
        for field, item in self._items():
            proof = found[item] or Proof("")
            kept = known.get(item) or ClosingItem(
                plan_code=context.plan_code, review=self.review, key=key, item=item, label=labels[field].get(item, item)
            )
            kept.ticked = item in (values.get(field) or [])
            kept.proof, kept.link = proof.sentence, proof.link
            kept.remarks = values.get(REMARKS) or ""
            kept.reviewed_at, kept.reviewed_by = context.now(), context.actor.id
            context.session.add(kept)
        context.session.flush()
        return {}

    def answer(self, question: Question) -> dict[str, Proof | None]:
        """The proof of every point now."""
        return {item: self.checklists[field][item](question) for field, item in self._items()}

    def _items(self) -> Iterator[tuple[str, str]]:
        for field, finders in self.checklists.items():
            for item in finders:
                yield field, item

    def _found(self, context: FormContext) -> dict[str, Proof | None]:
        if "proofs" not in context.memo:
            context.memo["proofs"] = self.answer(question_of(context))
        found: dict[str, Proof | None] = context.memo["proofs"]
        return found


def question_of(context: FormContext) -> Question:
    """What a form asks: its plan, and the year of its case."""
    year = context.variables.get("vigencia")
    return Question(context.session, context.plan_code, int(str(year)) if year else None, context.now())


def of_review(session: Session, plan_code: str, review: str, key: str = "") -> list[ClosingItem]:
    """What a review found, in its order; nothing before it."""
    query = sa.select(ClosingItem).where(
        ClosingItem.plan_code == plan_code, ClosingItem.review == review, ClosingItem.key == key
    )
    return list(session.scalars(query.order_by(ClosingItem.id)))


def counted(count: int, one: str, many: str, link: str = "") -> Proof | None:
    """«3 evaluaciones aprobadas»; nothing where there are none."""
    return Proof(f"{count} {one if count == 1 else many}", link) if count else None


def _labels(context: FormContext) -> dict[str, dict[str, str]]:
    """What the form calls each point, by checklist."""
    form = catalogue.by_sha(context.session, context.instance.bundle_sha256).form(str(context.task.form_key))
    return {field.key: dict(field.options) for field in FormSchema.from_dict(form).fields()}


def _with_proof(label: str, proof: Proof | None) -> str:
    return f"{label} · {proof.sentence if proof else NO_RECORD}"


def _panel(labels: Mapping[str, Mapping[str, str]], checklists: Checklists, found: Mapping[str, Proof | None]) -> Panel:
    rows = []
    for field, finders in checklists.items():
        for item in finders:
            proof = found[item]
            rows.append((labels[field].get(item, item), proof.sentence if proof else "Sin registro todavía"))
    return Panel("Registros que prueban cada punto", head=("Punto", "Registro"), rows=rows)
