"""A drawing as PNG, in our own fonts and never larger than a page can use."""

from __future__ import annotations

import math
import re
from functools import cache

import vl_convert

from workflows.documents import fonts

MOST_PIXELS = 16_000_000
_SIZE = re.compile(r'width="(\d+)" height="(\d+)"')


def png_of(svg: str) -> bytes:
    """An SVG text as PNG at twice its size, smaller where that would be too many pixels."""
    bring_fonts()
    match = _SIZE.search(svg)
    area = int(match[1]) * int(match[2]) if match else 0
    scale = min(2.0, math.sqrt(MOST_PIXELS / area)) if area else 1.0
    return bytes(vl_convert.svg_to_png(svg, scale=scale))


@cache
def bring_fonts() -> None:
    """Let pictures be set in the fonts that come with Cauce."""
    vl_convert.register_font_directory(str(fonts.FOLDER))
