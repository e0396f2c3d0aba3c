"""The rows of the guide that tasks name."""

from __future__ import annotations

from engine.definitions.reading import read_diagram
from workflows import guide
from workflows.shipped import shipped_diagrams

IDS = """
1.0 1.1 1.2a 1.2b 1.3a 1.3b
2.0 2.1 2.2 2.3 2.T1 2.T2 2.T3 2.T4 2.T5 2.M1 2.M2 2.M3a 2.M3b 2.D
3.0 3.1a 3.1b 3.1c 3.2 3.3
4.0 4.1 4.2 4.3 4.4 4.5 4.6
5.0 5.1 5.2 5.3
6.0 6.1 6.2 6.3 6.F 6.4
"""


def test_the_43_rows_are_there_in_the_order_of_the_guide() -> None:
    assert list(guide.rows()) == IDS.split()


def test_every_row_that_a_shipped_diagram_names_exists() -> None:
    models = [read_diagram(xml) for xml in shipped_diagrams()]
    named = [one.properties["guia"] for model in models for one in model.elements.values() if "guia" in one.properties]

    assert named
    for text in named:
        assert len(guide.named_in(text)) == len(text.replace(",", " ").split()), text


def test_a_row_says_its_place() -> None:
    assert guide.rows()["5.2"].place == "Fase 5, Seguimiento · Paso 2. Objetivos"
    assert guide.rows()["5.0"].place == "Fase 5, Seguimiento"
