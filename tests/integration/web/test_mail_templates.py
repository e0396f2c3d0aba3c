"""Whoever coordinates changes the words of a mail on screen: tried, refused in words, kept, taken back."""

from __future__ import annotations

from notifications import rendering
from tests.support.web import Site

HERE = "/sectores/GOB/correos/nudge"


def test_words_are_tried_kept_and_taken_back_on_screen(site: Site) -> None:
    visitor = site.visitor("amartinez")
    visitor.open("/sectores/GOB/correos")
    assert "Recordatorio de la coordinación" in visitor.text()
    visitor.open(HERE)
    words = rendering.shipped("nudge")
    typed = {"texto": words.text, "html": words.letter, "motivo": "Más claro"}

    visitor.press(HERE, status=422, accion="guardar", **{**typed, "asunto": "{{ otra }}"})
    assert "«otra» no es una variable de la lista" in visitor.text()
    visitor.press(HERE, status=200, accion="ver", **{**typed, "asunto": "Ojo: {{ tarea }}"})
    assert "Así quedaría" in visitor.text() and "Ojo: El nombre de la tarea" in visitor.text()
    visitor.press(HERE, accion="guardar", **{**typed, "asunto": "Ojo: {{ tarea }}"})
    visitor.open("/sectores/GOB/correos")
    assert "Propio del sector" in visitor.text()
    visitor.open(HERE)
    visitor.press(HERE, accion="volver", **typed, asunto="x")

    visitor.open("/sectores/GOB/correos")
    assert "Propio del sector" not in visitor.text()
