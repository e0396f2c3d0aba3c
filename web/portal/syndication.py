"""The portal for machines: an Atom feed (RFC 4287) and a sitemap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree
from werkzeug.wrappers import Response

from web.pages import current
from workflows.documents.letters import shown

ATOM = "http://www.w3.org/2005/Atom"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWEST = 50
"""So many entries a feed has."""
LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""Since when a feed without entries is as it is."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something published: what it is called, its path, since when."""

    title: str
    path: str
    at: dt.datetime


def feed(title: str, page: str, path: str, entries: Sequence[Entry]) -> Response:
    """A feed of the newest entries; `page` is where people read the same, `path` the feed's own."""
    base = current().config.base_url
    newest = sorted(entries, key=lambda one: (one.at, one.path), reverse=True)[:NEWEST]
    root = etree.XML(f'<feed xmlns="{ATOM}"/>')
    _add(root, ATOM, "id", base + path)
    _add(root, ATOM, "title", title)
    _add(_add(root, ATOM, "author"), ATOM, "name", "Cauce")
    _add(root, ATOM, "link", rel="self", href=base + path)
    _add(root, ATOM, "link", rel="alternate", href=base + page)
    _add(root, ATOM, "updated", _moment(newest[0].at if newest else LONG_AGO))
    for one in newest:
        entry = _add(root, ATOM, "entry")
        _add(entry, ATOM, "id", base + one.path)
        _add(entry, ATOM, "title", one.title)
        _add(entry, ATOM, "link", href=base + one.path)
        _add(entry, ATOM, "updated", _moment(one.at))
    return _xml(root, "application/atom+xml")


def sitemap(paths: Iterable[str]) -> Response:
    """A sitemap of these pages."""
    root = etree.XML(f'<urlset xmlns="{SITEMAP}"/>')
    for path in paths:
        _add(_add(root, SITEMAP, "url"), SITEMAP, "loc", current().config.base_url + path)
    return _xml(root, "application/xml")


def _add(parent: etree._Element, space: str, name: str, text: str = "", **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, f"{{{space}}}{name}", attributes)
    child.text = shown(text) or None
    return child


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _xml(root: etree._Element, kind: str) -> Response:
    return Response(etree.tostring(root, encoding="utf-8", xml_declaration=True), mimetype=kind)
