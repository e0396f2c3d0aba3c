from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from engine.errors import NotAllowed, TaskAlreadyCompleted, TaskCancelledError, UnknownTask
from engine.identity import SYSTEM, Actor
from engine.instances import commands as instances
from engine.instances import locking
from engine.runtime import ProcessEngine
from engine.tasks.models import UserTask
from tests.integration.forms.conftest import ANA, GOOD, LUIS, ReportProgress
from workflows.documents import files
from workflows.documents.models import StoredFile
from workflows.errors import AlreadyReviewed, Conflict, FieldError, InvalidSubmission, UnknownFormHandler
from workflows.forms import drafts
from workflows.forms.handlers import FormContext, Values
from workflows.forms.models import FormDraft, Submission, SubmissionRevision
from workflows.forms.submissions import Forms

Send = Callable[..., Submission]


@pytest.fixture
def send(database: Database, engine: ProcessEngine, forms: Forms, task_id: int) -> Send:
    def _send(raw: Any = GOOD, **more: Any) -> Submission:
        with database.unit_of_work() as session:
            return forms.submit(session, engine, more.pop("task_id", task_id), more.pop("actor", ANA), raw, **more)

    return _send


def count(database: Database, table: type[Any]) -> int:
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_sending_records_completes_and_hands_variables_on(
    database: Database, engine: ProcessEngine, handler: ReportProgress, send: Send
) -> None:
    submission = send()

    assert handler.written[0]["avances"][0]["valor_periodo"] == Decimal("1234.5")
    assert handler.written[0]["avances"][0]["indicator_id"] == 7
    assert submission.values["avances"][0]["valor_periodo"] == "1234.5"
    assert (submission.form_key, submission.form_version, submission.username) == ("reportar", 1, "ana")
    with database.reading() as session:
        states = dict(session.execute(sa.select(UserTask.element_id, UserTask.state)).all())
        assert states == {"reportar": "completed", "avalar": "open"}
        task = session.get_one(UserTask, submission.task_id)
        variables = instances.variables_of(session, engine, task.instance_id)
    assert {name: variables[name] for name in ("nota", "fecha", "total")} == {
        "nota": "Con nota",
        "fecha": "2018-11-22",
        "total": 1254.5,
    }
    assert "decision" not in variables


def test_wrong_values_write_nothing_and_name_every_field(
    database: Database, handler: ReportProgress, send: Send
) -> None:
    with pytest.raises(InvalidSubmission) as refused:
        send({"avances": [{"valor_periodo": "x"}, {"valor_periodo": "5"}], "temas": [{"tema": ""}, {"tema": "a"}]})

    assert [error.path for error in refused.value.errors] == [
        "avances.0.valor_periodo",
        "avances.1.justificacion",
        "fecha",
    ]
    assert refused.value.raw["temas"] == [{"tema": "a"}]
    assert handler.written == [] and count(database, Submission) == 0


def test_the_handler_has_the_last_word(send: Send) -> None:
    with pytest.raises(InvalidSubmission) as refused:
        send({**GOOD, "avances": [{"valor_periodo": "13"}, {"valor_periodo": "20"}]})
    assert refused.value.errors == [FieldError("avances.0.valor_periodo", "Trece no se acepta.")]


def test_the_same_press_twice_is_one_submission(database: Database, handler: ReportProgress, send: Send) -> None:
    first, second = send(token="t1"), send(token="t1")

    assert first.id == second.id
    assert len(handler.written) == 1 and count(database, Submission) == 1


def test_another_press_on_a_completed_task_is_a_conflict(handler: ReportProgress, send: Send) -> None:
    send(token="t1")
    with pytest.raises(TaskAlreadyCompleted):
        send(token="t2")
    assert len(handler.written) == 1


def test_a_token_of_another_task_is_a_conflict(database: Database, send: Send) -> None:
    send(token="t1")
    with database.reading() as session:
        other = session.scalars(sa.select(UserTask.id).filter_by(element_id="avalar")).one()
    with pytest.raises(Conflict):
        send({"avalo": "on"}, task_id=other, actor=LUIS, token="t1")


@pytest.fixture
def apart(database: Database, handler: ReportProgress, task_id: int) -> None:
    """The report stands apart by its entity."""
    handler.apart = "entidad"
    with database.unit_of_work() as session:
        session.get_one(UserTask, task_id).context = {"entidad": "SDG"}


@pytest.mark.parametrize("stands_apart", [False, True])
def test_two_who_press_at_once_leave_one_submission(
    database: Database, handler: ReportProgress, send: Send, stands_apart: bool, request: pytest.FixtureRequest
) -> None:
    if stands_apart:
        request.getfixturevalue("apart")

    def press(token: str) -> str:
        try:
            send(token=token)
        except TaskAlreadyCompleted:
            return "late"
        return "sent"

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(press, ["a", "b", "a", "c"]))

    assert count(database, Submission) == 1
    assert outcomes.count("sent") in (1, 2)


@pytest.mark.usefixtures("apart")
def test_a_report_that_stands_apart_is_checked_while_somebody_holds_its_case(
    database: Database, engine: ProcessEngine, forms: Forms, task_id: int
) -> None:
    if database.is_sqlite:
        pytest.skip("on SQLite whoever writes is alone")

    def send_impatiently(raw: Any) -> None:
        with database.unit_of_work() as session:
            session.execute(sa.text("SET LOCAL lock_timeout = '200ms'"))
            forms.submit(session, engine, task_id, ANA, raw)

    with database.unit_of_work() as holder:
        locking.lock_with_task(holder, task_id)

        with pytest.raises(InvalidSubmission):
            send_impatiently({})
        with pytest.raises(sa.exc.OperationalError, match="lock timeout"):
            send_impatiently(GOOD)


@pytest.mark.usefixtures("apart")
def test_what_the_case_did_meanwhile_is_seen_before_anything_is_recorded(
    database: Database, engine: ProcessEngine, handler: ReportProgress, task_id: int, send: Send
) -> None:
    if database.is_sqlite:
        pytest.skip("on SQLite whoever writes is alone")

    def cancelled_meanwhile(context: FormContext, values: Values) -> list[FieldError]:
        with database.unit_of_work() as session:
            instances.cancel(session, engine, context.instance.id, actor=SYSTEM, reason="prueba")
        return []

    handler.check = cancelled_meanwhile  # type: ignore[method-assign]

    with pytest.raises(TaskCancelledError):
        send()
    assert handler.written == []
    assert count(database, Submission) == 0


def test_somebody_elses_task_and_no_task_are_refused(send: Send) -> None:
    with pytest.raises(NotAllowed):
        send(actor=LUIS)
    with pytest.raises(UnknownTask):
        send(task_id=999)


def test_a_draft_keeps_what_was_typed_however_wrong(
    database: Database, engine: ProcessEngine, forms: Forms, task_id: int, clock: VirtualClock
) -> None:
    with database.unit_of_work() as session:
        forms.save_draft(
            session, engine, task_id, ANA, {"avances": [{"valor_periodo": "doce"}], "temas": [{"tema": ""}]}
        )
    clock.advance(dt.timedelta(minutes=5))
    with database.unit_of_work() as session:
        saved_at = forms.save_draft(
            session, engine, task_id, ANA, {"avances": [{"valor_periodo": "dos"}], "nota": "<b>"}
        )

    assert saved_at == clock.now()
    with database.reading() as session:
        opened = forms.open(session, engine, task_id, ANA)
        assert opened.value("avances.0.valor_periodo") == "dos"
        assert opened.value("avances.0.codigo") == "IR-1"
        assert opened.value("nota") == "<b>"
        assert opened.saved_at == clock.now()
        assert "nota" in opened.hidden
        assert count(database, FormDraft) == 1


def test_the_first_save_from_two_tabs_at_once_makes_one_draft(
    database: Database, engine: ProcessEngine, forms: Forms, task_id: int
) -> None:
    def save(word: str) -> None:
        with database.unit_of_work() as session:
            forms.save_draft(session, engine, task_id, ANA, {"nota": word})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(save, "abcd"))

    assert count(database, FormDraft) == 1


def test_sending_forgets_the_drafts_of_the_task(
    database: Database, engine: ProcessEngine, forms: Forms, task_id: int, send: Send
) -> None:
    with database.unit_of_work() as session:
        forms.save_draft(session, engine, task_id, ANA, {"nota": "a"})
        assert drafts.latest(session, task_id) is not None
    send()
    assert count(database, FormDraft) == 0


def test_the_preview_follows_what_was_typed(
    database: Database, engine: ProcessEngine, forms: Forms, task_id: int
) -> None:
    with database.reading() as session:
        seen = forms.view_draft(session, engine, task_id, ANA, {"avances": [{"valor_periodo": "5"}, {}]})
    assert seen.preview.chips["avances.0"].word == "En rojo"
    assert seen.hidden >= {"avances.1.justificacion"} and "avances.0.justificacion" not in seen.hidden


def test_what_was_sent_is_corrected_until_it_is_validated(
    database: Database, engine: ProcessEngine, forms: Forms, task_id: int, handler: ReportProgress, send: Send
) -> None:
    send()
    corrected = {**GOOD, "avances": [{"valor_periodo": "99"}, {"valor_periodo": "20"}]}

    with database.unit_of_work() as session:
        opened = forms.open_sent(session, engine, task_id, ANA)
        assert opened.amendable
        assert opened.value("avances.0.valor_periodo") == Decimal("1234.5")
        assert opened.value("fecha") == dt.date(2018, 11, 22)
        forms.amend(session, engine, task_id, ANA, corrected)

    with database.reading() as session:
        submission = session.scalars(sa.select(Submission)).one()
        revision = session.scalars(sa.select(SubmissionRevision)).one()
        assert submission.values["avances"][0]["valor_periodo"] == "99"
        assert (revision.number, revision.values["avances"][0]["valor_periodo"]) == (1, "1234.5")
    assert handler.written[-1]["avances"][0]["valor_periodo"] == 99


def test_a_correction_is_checked_like_everything_else(
    database: Database, engine: ProcessEngine, forms: Forms, task_id: int, send: Send
) -> None:
    send()
    with pytest.raises(InvalidSubmission), database.unit_of_work() as session:
        forms.amend(session, engine, task_id, ANA, {**GOOD, "fecha": ""})
    assert count(database, SubmissionRevision) == 0


def test_nothing_is_corrected_after_validation_or_by_another(
    database: Database, engine: ProcessEngine, forms: Forms, task_id: int, handler: ReportProgress, send: Send
) -> None:
    send()
    with pytest.raises(NotAllowed), database.unit_of_work() as session:
        forms.amend(session, engine, task_id, LUIS, GOOD)
    handler.validated = True
    with pytest.raises(AlreadyReviewed), database.unit_of_work() as session:
        forms.amend(session, engine, task_id, ANA, GOOD)


def test_nobody_else_keeps_or_drops_a_correction(
    database: Database, engine: ProcessEngine, forms: Forms, task_id: int, send: Send
) -> None:
    send()
    with database.unit_of_work() as session:
        forms.save_draft(session, engine, task_id, ANA, {"nota": "b"}, correcting=True)
    with pytest.raises(NotAllowed), database.unit_of_work() as session:
        forms.save_draft(session, engine, task_id, LUIS, {"nota": "c"}, correcting=True)
    with database.unit_of_work() as session:
        forms.drop_correction(session, task_id, LUIS)
    assert count(database, FormDraft) == 1


def test_only_files_of_this_task_and_person_may_be_attached(
    database: Database, engine: ProcessEngine, task_id: int, send: Send
) -> None:
    with database.unit_of_work() as session:
        mine = files.store(session, engine.clock, "ana", "acta.pdf", b"%PDF-1.7 mine", task_id=task_id).id
        other = files.store(session, engine.clock, "luis", "acta.pdf", b"%PDF-1.7 other", task_id=task_id).id

    with pytest.raises(InvalidSubmission):
        send({**GOOD, "avances": [{"valor_periodo": "20", "evidencias": [other]}, {"valor_periodo": "20"}]})
    submission = send(
        {**GOOD, "avances": [{"valor_periodo": "20", "evidencias": [str(mine)]}, {"valor_periodo": "20"}]}
    )

    assert submission.values["avances"][0]["evidencias"] == [mine]


def test_one_begins_from_the_draft_of_a_colleague_with_their_files_and_theirs_stays(
    database: Database, engine: ProcessEngine, forms: Forms, task_id: int, send: Send
) -> None:
    maria = Actor("maria", ANA.groups)
    with database.unit_of_work() as session:
        theirs = files.store(session, engine.clock, "maria", "acta.pdf", b"%PDF-1.7 x", task_id=task_id).id
        row = {"valor_periodo": "20", "evidencias": [str(theirs)]}
        forms.save_draft(session, engine, task_id, maria, {**GOOD, "avances": [row, {"valor_periodo": "20"}]})
    with database.reading() as session:
        assert [user for user, _at in forms.open(session, engine, task_id, ANA).others] == ["maria"]

    with database.unit_of_work() as session:
        forms.begin_from(session, engine, task_id, ANA, "maria")
        forms.save_draft(session, engine, task_id, ANA, {**drafts.of(session, task_id, "ana").values, "nota": "mía"})
        forms.begin_from(session, engine, task_id, ANA, "maria")  # what one has is not written over
        mine = drafts.of(session, task_id, "ana").values
        kept = drafts.of(session, task_id, "maria").values

    assert (mine["nota"], kept["avances"][0]["evidencias"]) == ("mía", [str(theirs)])
    (file_id,) = send(mine).values["avances"][0]["evidencias"]
    with database.reading() as session:
        stored = session.get_one(StoredFile, file_id)
        assert (stored.stored_by, stored.name, file_id != theirs) == ("ana", "acta.pdf", True)


def test_a_handler_that_does_not_exist_is_told(database: Database, engine: ProcessEngine, task_id: int) -> None:
    with database.reading() as session, pytest.raises(UnknownFormHandler):
        Forms({}, {}).open(session, engine, task_id, ANA)


@pytest.mark.parametrize(
    "raw", [None, [], "x", 5, {"avances": {"0": {"valor_periodo": [[["x"]]]}}}, {"avances": [None, 3]}]
)
def test_junk_sent_by_a_robot_is_refused_with_errors(database: Database, send: Send, raw: Any) -> None:
    with pytest.raises(InvalidSubmission):
        send(raw)
    assert count(database, Submission) == 0
