"""A monthly report made of given words, without a plan behind it."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

from PIL import Image

from workflows.monitoring.trace import Evidence
from workflows.reports.contents import (
    AlertLine,
    BottleneckLine,
    CommitmentLine,
    EntityLine,
    HistoryPoint,
    IndicatorLine,
    Report,
    RollUp,
    light,
)
from workflows.sectors.identity import Letterhead
from workflows.sectors.pictures import logo_from


def _picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (60, 20), "#7a1f4e").save(target, "PNG")
    return target.getvalue()


MOMENT = dt.datetime(2018, 7, 12, 15, 0, tzinfo=dt.UTC)


def report(words: str = "Organizaciones fortalecidas", *, indicators: int = 1, **changed: Any) -> Report:
    """A closed month in which everything that people write says `words`; names are no longer than they may be."""
    name = words[:300]
    green, red = light("verde", None), light("rojo", None)
    plan = RollUp("PES", name, None, None, Decimal(91), Decimal(96), green)
    line = RollUp("L1", name, Decimal(100), None, Decimal(88), Decimal(90), green)
    objective = RollUp("O1", name, Decimal(100), "L1", Decimal(60), Decimal(60), red, "en_riesgo", words)
    values: dict[str, Any] = {
        "plan_code": "PES", "plan_name": name, "sector": name, "development_plan": name, "period": "2018-06",
        "month": "junio de 2018", "cutoff_on": dt.date(2018, 6, 30), "frozen": True, "frozen_at": MOMENT,
        "approved_by": name, "formula_version": "1", "introduction": words, "plan": plan,
        "previous": HistoryPoint("2018-05", Decimal(90)), "lines": (line,), "objectives": (objective,),
        "entities": (EntityLine("IDPAC", name, Decimal(91), Decimal(96), green, "avalado", MOMENT),),
        "indicators": tuple(_indicator(f"I{n}", words) for n in range(indicators)),
        "bottlenecks": (
            BottleneckLine("I0", name, "IDPAC", words, "cuello", words, words, words, "preventiva", words, words,
                           dt.date(2018, 8, 1)),
        ),
        "commitments": (CommitmentLine(words, name, dt.date(2018, 8, 1), "abierto"),),
        "alerts": (AlertLine("I0", "IDPAC", words, "aclarar", words, words),),
        "history": (HistoryPoint("2018-05", Decimal(90)), HistoryPoint("2018-06", Decimal(91))),
        "bands": (("rojo", Decimal(70)), ("amarillo", Decimal(90)), ("verde", None)),
        "letterhead": Letterhead(name, name, logo=logo_from(_picture())),
    }  # fmt: skip
    return Report(**{**values, **changed})


def _indicator(code: str, words: str) -> IndicatorLine:
    figure = Decimal("120.5")
    return IndicatorLine(
        code=code, name=words[:300], kind="producto", entity="IDPAC", objective="O1", unit=words[:60], decimals=1,
        annualization="suma", baseline=figure, year_target=figure, reported=figure, executed=figure,
        programmed=figure, year_progress=Decimal(50), compliance=Decimal(100), light=light("verde", None), late=True,
        definitive=True, qualitative=words, difficulties=words, solutions=words, justification=words,
        extra=((words[:300], words),), evidence=(Evidence(1, words[:150], "application/pdf", 2048, "ab" * 32),),
        reported_by=words[:300], reported_at=MOMENT, validated_by=words[:300], validated_at=MOMENT,
        endorsed_by=words[:300],
    )  # fmt: skip
