"""A table that stands whole on its page leaves as the page shows it."""

from __future__ import annotations

import csv
import io

import sqlalchemy as sa

from tests.support.web import Site
from workflows.auditing.models import AuditEntry

REMINDERS = "/planes/PES-GOB/recordatorios"
PROCESS = "/procesos/f5_ciclo_mensual"


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_versions_of_a_process_leave_as_they_stand_on_its_page_and_the_trail_says_who_took_them(site: Site) -> None:
    ana = site.visitor("amartinez")
    shown = ana.open(PROCESS)
    [table] = shown.xpath("//table[@data-file='versiones']")
    [address] = [one for one in shown.xpath("//p[@class='exports']//a/@href") if "csv" in one]

    taken = ana.client.get(f"{PROCESS}{address}")

    assert taken.mimetype == "text/csv"
    told = rows(taken.data)
    assert told[0] == ["Versión", "Publicada", "Por qué", "Procesos en curso que la usan"]
    assert len(told) == 1 + len(table.xpath(".//tbody/tr")) and told[1][0].startswith("1")
    with site.application.database.reading() as session:
        [entry] = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "exportar"))
    assert entry.actor_id == "amartinez" and entry.after["filtro"] == {"tabla": "versiones"}


def test_what_a_filter_leaves_is_what_leaves(site: Site) -> None:
    ana = site.visitor("amartinez")
    [whole] = {len(rows(ana.client.get("/roles/?tabla=roles&formato=csv").data))}

    page = ana.client.get("/roles/?tabla=otra&formato=csv")

    assert whole > 5
    assert page.mimetype == "text/html"  # no such table: the page itself


def test_buttons_marks_and_words_for_screen_readers_stay_on_the_page(site: Site) -> None:
    ana = site.visitor("amartinez")

    name = str(ana.open(REMINDERS).xpath("//table/@data-file")[0])

    told = rows(ana.client.get(f"{REMINDERS}?tabla={name}&formato=csv").data)

    assert told[0] == ["Paso", "Se recuerda", "Si sigue vencida, se avisa a", "Lo dice"]
    assert not any("Cambiar" in cell for row in told for cell in row)
