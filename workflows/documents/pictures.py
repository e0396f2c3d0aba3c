"""A drawing as PNG, in our own fonts and never larger than a page can use."""

from __future__ import annotations

import base64
import math
import re

from workflows.documents.typesetting import rasterise

MOST_PIXELS = 16_000_000
_SIZE = re.compile(r'width="(\d+)" height="(\d+)"')


def png_of(svg: str) -> bytes:
    """An SVG text as PNG at twice its size, smaller where that would be too many pixels."""
    match = _SIZE.search(svg)
    area = int(match[1]) * int(match[2]) if match else 0
    return rasterise(svg, min(2.0, math.sqrt(MOST_PIXELS / area)) if area else 1.0)


def address_of(svg: str) -> str:
    """An SVG text as a `data:` address."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
