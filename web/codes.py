"""Codes of indicators inside what people wrote, as links to the page on which all is told of each."""

from __future__ import annotations

import re

import sqlalchemy as sa
from flask import g
from flask_login import current_user
from markupsafe import Markup, escape

from web.pages import HERE, actor, addresses, current
from workflows.indicators.models import Indicator
from workflows.people.groups import sectors_of
from workflows.plan.models import Plan

LIKE_A_CODE = re.compile(r"(?<![\w.-])[^\W\d_]+-?\d+(?:[.-]\w+)*")
"""A word that may be a code (`IP-2.1.2`): letters, then a number, without the full stop that ends a sentence."""


def with_codes(text: object, plan_code: str | None) -> Markup:
    """A text, escaped; each code of an indicator of the plan leads to its page, for who may open that."""
    written = str(text)
    found = list(LIKE_A_CODE.finditer(written))
    codes = _codes(plan_code) if found and plan_code else frozenset()
    if not codes:
        return escape(written)
    address = addresses("plans.indicator", plan_code=plan_code, indicator_code=HERE)
    told, end = Markup(), 0
    for one in found:
        if one[0] in codes:
            told += escape(written[end : one.start()])
            told += Markup('<a href="{}">{}</a>').format(address(one[0]), one[0])
            end = one.end()
    return told + escape(written[end:])


def _codes(plan_code: str) -> frozenset[str]:
    """The codes of the indicators of a plan, read once for a page; none for who does not see the plan."""
    if not current_user.is_authenticated:
        return frozenset()
    known: dict[str, frozenset[str]] = g.setdefault("codes_of_plans", {})
    if plan_code not in known:
        query = sa.select(Indicator.code).join(Plan, Plan.code == Indicator.plan_code).where(Plan.code == plan_code)
        with current().database.reading() as session:
            rows = session.scalars(query.where(Plan.sector_code.in_(sectors_of(actor()))))
            known[plan_code] = frozenset(rows)
    return known[plan_code]
