"""Who takes a newer Cauce is told on screen which of its processes are not published yet."""

from __future__ import annotations

import sqlalchemy as sa

from engine.definitions.models import ProcessVersion
from tests.support.web import Site
from workflows import shipped

OLDER = sa.update(ProcessVersion).where(ProcessVersion.process_key == "reunion").values(sha256="0" * 64)


def test_a_process_that_came_with_a_newer_version_is_named_until_it_is_published(site: Site) -> None:
    visitor = site.visitor("rmora")
    with site.application.database.unit_of_work() as session:
        before = shipped.unpublished(session)
        session.execute(OLDER)
        after = shipped.unpublished(session)

    seen = site.visitor("admin")
    seen.open("/procesos/")
    visitor.open("/procesos/")

    assert before == [] and len(after) == 1
    assert f"sin publicar: {after[0]}" in seen.text() and "sin publicar:" not in visitor.text()
