"""An event log as XES (IEEE 1849): a trace for each case."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import BinaryIO

from lxml import etree

from engine.eventlog.reading import Case, Event

EXTENSIONS = (
    ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("Time", "time", "http://www.xes-standard.org/time.xesext"),
    ("Lifecycle", "lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
    ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
)
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(cases: Iterable[Case], target: BinaryIO) -> int:
    """Write the log, a trace at a time; how many traces."""
    count = 0
    with etree.xmlfile(target, encoding="utf-8") as file:
        file.write_declaration()
        with file.element("log", {"xes.version": "1849-2016", "xes.features": ""}):
            for name, prefix, uri in EXTENSIONS:
                file.write(etree.Element("extension", name=name, prefix=prefix, uri=uri))
            file.write(_globals("trace", ["concept:name"]))
            file.write(_globals("event", ["concept:name", "lifecycle:transition"]))
            file.write(etree.Element("classifier", name="Activity", keys="concept:name"))
            for case in cases:
                file.write(_trace(case))
                count += 1
    return count


def _globals(scope: str, keys: Iterable[str]) -> etree._Element:
    element = etree.Element("global", scope=scope)
    for key in keys:
        _text(element, key, "")
    return element


def _trace(case: Case) -> etree._Element:
    trace = etree.Element("trace")
    told = (("concept:name", case.key), ("cauce:title", case.name), ("cauce:process", case.process))
    of_diagram = (("cauce:bundle", case.bundle), ("cauce:changes", " ".join(case.changes)))
    for key, value in (*told, ("cauce:scope", case.scope), *of_diagram):
        _text(trace, key, value)
    for event in case.events:
        trace.append(_event(event))
    return trace


def _event(event: Event) -> etree._Element:
    element = etree.Element("event")
    _text(element, "concept:name", event.activity)
    _text(element, "lifecycle:transition", event.transition)
    etree.SubElement(element, "date", key="time:timestamp", value=event.at.isoformat(timespec="milliseconds"))
    if event.person:
        _text(element, "org:resource", event.person)
    _text(element, "cauce:process", event.process)
    _text(element, "cauce:element", event.element)
    for key, value in event.about:
        _text(element, f"cauce:{key}", value)
    return element


def _text(parent: etree._Element, key: str, value: str) -> None:
    """A text; what XML cannot hold becomes a mark in its place, and stops no log."""
    etree.SubElement(parent, "string", key=key, value=NOT_IN_XML.sub("\ufffd", value))
