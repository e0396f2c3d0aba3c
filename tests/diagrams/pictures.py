"""Draws every shipped diagram into `docs/diagrams/`: `python -m tests.diagrams.pictures`.

A test compares what lies there with what would be drawn now.
"""

from __future__ import annotations

from pathlib import Path

from engine.definitions.drawing import draw_svg
from engine.definitions.reading import read_diagram
from workflows.shipped import shipped_diagrams

FOLDER = Path(__file__).parents[2] / "docs" / "diagrams"


def draw_all(folder: Path = FOLDER) -> list[Path]:
    """Write one SVG per diagram; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_draw(folder, xml) for xml in shipped_diagrams()]


def _draw(folder: Path, xml: bytes) -> Path:
    picture = folder / f"{read_diagram(xml).process_key}.svg"
    picture.write_text(draw_svg(xml, {}), encoding="utf-8")
    return picture


if __name__ == "__main__":
    for written in draw_all():
        print(written)
