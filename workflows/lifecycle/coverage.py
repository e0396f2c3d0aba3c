"""Which steps of the diagrams execute each row of the guide, and whether together they leave its product.

A tag alone covers nothing: each row names its products and every step that takes part in making them
(`guide_products.yaml`), and a step counts only if it names the row and somebody can do it: a form handler for a
task, an automatic step for a service, a published process for a call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml
from sqlalchemy.orm import Session

from engine.definitions import catalogue
from engine.definitions.reading import DiagramModel, Element
from workflows import guide
from workflows.forms.values import names_in
from workflows.guide import GuideRow

FROM_GUIDE, DERIVED = "guia", "derivado"


@dataclass(frozen=True, slots=True)
class Doers:
    """Who can do a step: the names of form handlers and of automatic steps."""

    forms: Set[str]
    steps: Set[str]


@dataclass(frozen=True, slots=True)
class Product:
    """Something a row leaves behind, and the steps (`process/element`) that take part in making it."""

    name: str
    makers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowCoverage:
    """A row of the guide in the diagrams. `missing` are the products that not every maker is there for."""

    row: GuideRow
    nodes: tuple[str, ...]
    products: tuple[Product, ...]
    missing: tuple[Product, ...]
    origin: str

    @property
    def is_covered(self) -> bool:
        """Whether its product comes about."""
        return bool(self.nodes) and not self.missing

    @property
    def product(self) -> str:
        """Its products in words."""
        return "; ".join(product.name for product in self.products)

    def as_json(self) -> dict[str, Any]:
        """As `cauce guide coverage --json` prints it."""
        return {"id": self.row.id, "nodes": list(self.nodes), "product": self.product, "origin": self.origin}


def of_diagrams(diagrams: Iterable[DiagramModel], doers: Doers) -> list[RowCoverage]:
    """Every row of the guide, in its order."""
    models = {model.process_key: model for model in diagrams}
    tagged: dict[str, dict[str, Element]] = {row: {} for row in guide.rows()}
    for key, model in sorted(models.items()):
        for element in model.elements.values():
            for row in names_in(element.properties.get("guia") or ""):
                if row in tagged and _is_done(element, doers, models.keys()):
                    tagged[row][f"{key}/{element.id}"] = element
    return [_row(row, tagged[row.id]) for row in guide.rows().values()]


def as_json(rows: Sequence[RowCoverage]) -> dict[str, Any]:
    """The whole as JSON."""
    return {
        "total": len(rows),
        "covered": sum(row.is_covered for row in rows),
        "rows": [row.as_json() for row in rows],
    }


@cache
def products() -> Mapping[str, tuple[Product, ...]]:
    """The products of each row."""
    text = resources.files("workflows").joinpath("guide_products.yaml").read_text(encoding="utf-8")
    return {
        row: tuple(Product(name, tuple(makers)) for name, makers in named.items())
        for row, named in yaml.safe_load(text).items()
    }


def _row(row: GuideRow, nodes: Mapping[str, Element]) -> RowCoverage:
    made = products().get(row.id, ())
    missing = tuple(product for product in made if not set(product.makers) <= nodes.keys())
    origins = {element.properties.get("origen") or DERIVED for element in nodes.values()}
    return RowCoverage(row, tuple(nodes), made, missing, FROM_GUIDE if FROM_GUIDE in origins else DERIVED)


def _is_done(element: Element, doers: Doers, processes: Set[str]) -> bool:
    if element.kind == "userTask":
        return (element.properties.get("registro") or element.id) in doers.forms
    if element.kind in ("serviceTask", "sendTask"):
        return (element.topic or element.id) in doers.steps
    if element.kind == "callActivity":
        return element.called_element in processes
    return True


def published(session: Session) -> list[DiagramModel]:
    """The diagrams in force."""
    found = []
    for definition in catalogue.definitions(session):
        if definition.bundle_sha256:
            found.append(catalogue.by_sha(session, definition.bundle_sha256).diagrams[definition.key])
    return found


def doers_of(forms: Iterable[str], steps: Iterable[str]) -> Doers:
    """Who can do what, from the names of form handlers and automatic steps."""
    return Doers(frozenset(forms), frozenset(steps))
