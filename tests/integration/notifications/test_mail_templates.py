"""An office changes the words of its mails: what is listed may stand in them, and what fails keeps no mail."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from engine.identity import Actor
from engine.runtime import ProcessEngine
from engine.states import IncidentState
from engine.units import SystemIncident
from notifications import failures, mail_templates, nudges, rendering, trials
from notifications.mail_kinds import KINDS, sample
from notifications.models import MailNote
from notifications.rendering import Words
from tests.support.work import NOW, SECTOR, add_people, add_task
from workflows.auditing.models import AuditEntry
from workflows.calendar import WorkingCalendar
from workflows.people.groups import SectorGroups

URL = "https://cauce.example"
ANA = Actor("ana", supervises=frozenset({SECTOR}))
OURS = Words(
    "Ojo con {{ tarea }}",
    "{{ quien }} espera «{{ tarea }}».\n{{ enlace }}",
    '<p><strong>{{ quien }}</strong> espera «{{ tarea }}».</p><a class="boton" href="{{ enlace }}">Hacerla</a>',
)
CLOCK = VirtualClock(NOW)


@pytest.fixture
def people(database: Database) -> Database:
    with database.unit_of_work() as session:
        add_people(session)
    return database


def engine() -> ProcessEngine:
    return ProcessEngine(clock=CLOCK, calendar=WorkingCalendar(), groups=SectorGroups(), service_tasks={})


def remind(database: Database, task_name: str) -> MailNote:
    """Sandra is reminded of a task of this name."""
    with database.unit_of_work() as session:
        task = add_task(session, task_name, due_at=NOW + dt.timedelta(days=3), assignee="sandra")
        nudges.nudge(session, engine(), [task.id], actor=ANA, base_url=URL)
    with database.reading() as session:
        return session.scalars(sa.select(MailNote).order_by(MailNote.id.desc())).first()  # type: ignore[return-value]


def keep(database: Database, words: Words, sector: str = SECTOR) -> None:
    with database.unit_of_work() as session:
        mail_templates.save(session, CLOCK, sector, "nudge", words, reason="Más corto", actor=ANA)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_each_shipped_mail_is_written_in_the_language_that_offices_have(name: str) -> None:
    words = rendering.shipped(name)

    wrong = mail_templates._check(name, words)

    assert wrong == [] and rendering.worded(name, words, sample(name)).subject


def test_a_sector_writes_its_own_words_wins_over_the_installation_and_goes_back(people: Database) -> None:
    usual = remind(people, "Reportar <b>")
    keep(people, Words("De todos: {{ tarea }}", OURS.text, OURS.letter), sector="")
    shared = remind(people, "Reportar <b>")
    keep(people, OURS)
    ours = remind(people, "Reportar <b>")

    with people.unit_of_work() as session:
        mail_templates.restore(session, CLOCK, SECTOR, "nudge", reason="", actor=ANA)
    again = remind(people, "Reportar <b>")

    assert usual.subject.startswith("Ana le recuerda") and shared.subject == "De todos: Reportar <b>"
    assert ours.subject == "Ojo con Reportar <b>" and ours.body.startswith("Ana espera «Reportar <b>».")
    assert "Reportar &lt;b&gt;" in ours.letter and f'<td class="btn"><a href="{URL}/tareas/' in ours.letter
    assert again.subject == shared.subject
    with people.reading() as session:
        first, *_others, last = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "cambiar_plantilla_correo").order_by(AuditEntry.id)
        )
    assert first.before == {"texto": "el de siempre"} and first.after["asunto"] == "De todos: {{ tarea }}"
    assert last.before["asunto"] == OURS.subject and last.after == {"texto": "el de siempre"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (Words("{{ tarea.__class__ }}", OURS.text, OURS.letter), "Solo se aceptan variables"),
        (Words("{{ otra }}", OURS.text, OURS.letter), "«otra» no es una variable"),
        (Words(OURS.subject, "{% for a in range(9) %}{% endfor %}{{ enlace }}", OURS.letter), "Un «for» recorre solo"),
        (Words(OURS.subject, "Sin la dirección", OURS.letter), "falta «enlace»"),
        (Words(OURS.subject, OURS.text, OURS.letter + "<script>x</script>"), "«<script>» no se acepta"),
        (Words(OURS.subject, OURS.text, OURS.letter + '<p onclick="x">a</p>'), "«onclick» no se acepta"),
        (Words(OURS.subject, OURS.text, OURS.letter + '<a href="javascript:x">a</a>'), "Un enlace comienza por https"),
        (Words(OURS.subject, OURS.text, "{{ enlace"), "mal escrita o sin cerrar"),
        (Words("", OURS.text, OURS.letter), "El asunto está vacío"),
    ],
)
def test_words_that_are_more_than_listed_are_refused_in_a_sentence(words: Words, sentence: str) -> None:
    found = mail_templates._check("nudge", words) if words.subject else mail_templates.check("nudge", words)

    assert any(sentence in one for one in found)


def test_words_that_fail_keep_no_mail_and_who_may_change_them_is_told(
    people: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(people, OURS)
    monkeypatch.setattr(rendering, "MOST_LETTERS", 60)

    note = remind(people, "Una tarea de nombre bastante largo para que no quepa")

    assert note.subject.startswith("Ana le recuerda")
    with people.reading() as session:
        (incident,) = session.scalars(sa.select(SystemIncident))
        assert failures.tenants(session, [incident]) == {incident.id: SECTOR}
        assert "no se pudo usar: GOB/nudge" in failures.sentence(incident)
    keep(people, OURS)
    with people.reading() as session:
        assert session.scalars(sa.select(SystemIncident.state)).one() == IncidentState.RESOLVED


def test_words_are_tried_on_the_last_mail_that_was_written(people: Database) -> None:
    with people.reading() as session:
        before = trials.trial(session, engine(), WorkingCalendar(), SECTOR, "nudge", OURS, base_url=URL)
    remind(people, "Reportar")

    with people.reading() as session:
        shown = trials.trial(session, engine(), WorkingCalendar(), SECTOR, "nudge", OURS, base_url=URL)
        daily = trials.trial(
            session, engine(), WorkingCalendar(), SECTOR, "digest",
            Words("Hoy: {{ asunto }}", "Lo de hoy.\n\n{{ contenido }}", "<p>Lo de hoy.</p>{{ contenido }}"),
            base_url=URL,
        )  # fmt: skip

    assert "un ejemplo" in before.of and shown.mail.subject == "Ojo con Reportar"
    assert shown.of == "el correo que se escribió a Sandra el lunes 2 de julio"
    assert daily.mail.subject.startswith("Hoy: ") and "Lo de hoy.\n\n" in daily.mail.text
    assert "Reportar" in daily.mail.text and "Bandeja" not in daily.mail.letter and "Su bandeja" in daily.mail.text
