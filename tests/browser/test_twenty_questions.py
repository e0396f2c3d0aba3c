"""The twenty questions of who coordinates, clicked through from the board as the guide says: where, in how many clicks.

A click is a press; typing and scrolling are free. `CAUCE_SCREENSHOTS=1` leaves a picture of each answer in `var`, and
those of the guide in `docs/images`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Live
from tests.browser.story import DESKTOP, IMAGES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BOARD = "/seguimiento"
MOST_CLICKS, AT_ONE_LOOK = 3, 12
IN_GUIDE = {3: "rojo", 7: "carga", 9: "ciclo", 15: "recordatorios"}
"""The answers that the guide shows, by how their pictures are called."""


@dataclass(frozen=True)
class Question:
    """A question, the presses from the board, and what the page then says; an act is seen, not done."""

    number: int
    asked: str
    presses: tuple[str, ...]
    answer: str


QUESTIONS = (
    Question(1, "quién va tarde este mes", (), "h2:has-text('Quién ha reportado')"),
    Question(2, "quién nunca llega a tiempo", (), "h2:has-text('Puntualidad')"),
    Question(3, "qué está en rojo y por qué", (), "h2:has-text('En rojo y por qué')"),
    Question(4, "qué se prometió y si se cumplió", (), "h2:has-text('Compromisos abiertos')"),
    Question(5, "qué objetivo empeoró en tres meses", (), "h2:has-text('Qué empeoró en tres meses')"),
    Question(6, "qué está detenido, con quién, desde cuándo", (), "h2:has-text('Qué está detenido')"),
    Question(7, "qué tiene cada persona", (), "h2:has-text('Qué tiene cada persona')"),
    Question(8, "cuánto tarda cada paso", ("link=Cuánto tarda cada paso",), "th:has-text('La mitad tarda hasta')"),
    Question(9, "cómo va una fase frente a lo previsto", ("link=Ciclo de vida",), "text=Previsto"),
    Question(10, "qué se gastó frente al avance", (), "h2:has-text('Presupuesto que no va con el avance')"),
    Question(11, "qué se abre el próximo mes", (), "h2:has-text('Qué se abre después')"),
    Question(12, "qué correos salieron ayer y si llegaron", (), "text=/Correos del .* sali/"),
    Question(13, "recordarle a una persona o entidad", (), "button:has-text('Recordar')"),
    Question(14, "dar más plazo a una entidad", (), "a:has-text('Prorrogar')"),
    Question(15, "cambiar los recordatorios", ("link=Calendario", "link=Recordatorios", "link=Cambiar"),
             "text=Se recuerda"),
    Question(16, "agregar un día que nadie trabaja", ("link=Calendario", "link=Días en que"),
             "button:has-text('Agregar')"),
    Question(17, "de dónde sale una cifra", ("red",), "text=/Soporte|soporte/"),
    Question(18, "llevarse un cuadro", (), "text=Descargar"),
    Question(19, "hallar una palabra", (), "role=search"),
    Question(20, "entregar el cargo", ("link=Ciclo de vida", "link=Empalme"), "text=/[Ee]ntrega/"),
)  # fmt: skip


def press(page: Page, what: str) -> int:
    """Press a link by how its words begin; what it cost: the menu that is folded opens by hovering or by one more."""
    if what == "red":
        page.locator("#rojo ~ div a, #rojo ~ ul a").first.click()
    else:
        kind, _, name = what.partition("=")
        found = page.get_by_role(kind, name=name) if kind == "link" else page.get_by_text(name)
        if name == "Más":
            page.locator("summary:has-text('Más')").first.click()
            return 1
        found.first.click()
    page.wait_for_load_state()
    return 1


def test_every_question_is_answered_within_three_clicks_and_twelve_at_one_look(played: Live) -> None:
    page, wrong, looked = played.page("amartinez", viewport=DESKTOP), [], 0
    pictures = Path("var/preguntas") if os.environ.get("CAUCE_SCREENSHOTS") else None
    for one in QUESTIONS:
        page.goto(BOARD)
        clicks = 0
        try:
            for step in one.presses:
                clicks += press(page, step)
            seen = page.locator(one.answer).first
            seen.wait_for(state="visible", timeout=4_000)
        except Exception as failure:
            wrong.append(f"{one.number} {one.asked}: {type(failure).__name__} at {page.url}")
            continue
        if clicks > MOST_CLICKS:
            wrong.append(f"{one.number} {one.asked}: {clicks} clicks")
        looked += clicks == 0
        if pictures is not None:
            pictures.mkdir(parents=True, exist_ok=True)
            seen.scroll_into_view_if_needed()
            page.screenshot(path=pictures / f"{one.number:02}.png")
            if one.number in IN_GUIDE:
                page.screenshot(path=IMAGES / f"coordinar-{IN_GUIDE[one.number]}.png")

    assert wrong == [] and looked >= AT_ONE_LOOK
    assert played.complaints == []
