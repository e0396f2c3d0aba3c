"""A real case is recorded for a rehearsal: what was chosen in it, and nothing that somebody wrote."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from engine.tasks.models import UserTask
from web.rehearsals import recording
from workflows.forms.models import Submission


def test_only_chosen_options_of_the_first_answer_are_taken(application):
    with application.database.unit_of_work() as session:
        task = session.scalars(sa.select(UserTask).where(UserTask.element_id == "reportar_avance")).first()
        values = {"decision": "devuelto", "motivo": "Lo dijo Ana", "quien": "cvega", "filas": [1]}
        session.add(Submission(
            task_id=task.id, form_key="reportar_avance", form_version=1, username="cvega",
            sent_at=dt.datetime(2018, 7, 6, tzinfo=dt.UTC), values=values,
        ))  # fmt: skip
        case_id = task.instance_id

    offered = {("reportar_avance", name): {"avalado", "devuelto"} for name in ("decision", "motivo", "quien", "filas")}
    with application.database.reading() as session:
        found = recording.decided(session, case_id, offered)

    assert found == {("reportar_avance", "decision"): "devuelto"}


def test_the_page_offers_the_cases_of_ones_own_sectors(leader, application):
    with application.database.reading() as session:
        own, other = (recording.cases(session, "sub_reporte_entidad", sectors) for sectors in (["GOB"], ["HAB"]))

    page = leader.get("/procesos/sub_reporte_entidad/ensayo")

    assert [name for _, name in own] == ["Seguimiento de junio de 2018"]  # which calls it
    assert not other
    assert len(page.xpath("//select[@name='caso']/option")) == len(own) + 1
