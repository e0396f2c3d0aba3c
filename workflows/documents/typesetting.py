"""Setting a document as PDF/A that everybody can read, with Typst: the same data give the same bytes anywhere.

Drawings become pictures the same way, so that each looks alike in every format.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import typst

from workflows.documents import fonts
from workflows.documents.fonts import Printable

_PICTURE = b"""#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg")"""


def typeset(template: bytes, data: Mapping[str, Any], made_at: int, pictures: Mapping[str, str] | None = None) -> bytes:
    """PDF/A-2a and PDF/UA-1 of a template that reads `sys.inputs.data` as JSON: nothing a person typed is ever markup.

    `pictures` are SVG texts by the name of their input. The template finds a note on letters that no font has in
    `unprintable`.
    """
    printable = Printable()
    printed = printable.of(data)
    inputs = {
        "data": json.dumps({**printed, "unprintable": printable.note()}, ensure_ascii=False),
        **(pictures or {}),
    }
    return bytes(
        typst.compile(
            template,
            format="pdf",
            # To be archived; tagged, titled and with pictures in words, for a screen reader.
            pdf_standards=["a-2a", "ua-1"],
            sys_inputs=inputs,
            timestamp=made_at,
            font_paths=_fonts(),
        )
    )


def rasterise(svg: str, scale: float) -> bytes:
    """An SVG text as PNG, so many pixels for each of its own."""
    return bytes(typst.compile(_PICTURE, format="png", ppi=96 * scale, sys_inputs={"svg": svg}, font_paths=_fonts()))


@cache
def _fonts() -> typst.Fonts:
    """Typst's own and ours, read once; never the machine's."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(fonts.FOLDER)])
