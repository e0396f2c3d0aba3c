"""What a program may, in which language it is refused, and that asking twice does once."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from engine.instances.models import Instance
from engine.tasks.models import UserTask
from tests.integration.web.test_starting import publish
from tests.support.diagrams import chain, end, message, node, process, start
from tests.support.programs import Program, program
from tests.support.web import Site
from web import problems
from web.answering import STATUS
from web.api import once
from web.auth.models import KeptAnswer
from web.auth.scopes import Scope
from workflows.auditing.models import AuditEntry
from workflows.documents.models import StoredFile
from workflows.forms.models import FormDraft, Help, Submission

JUNE, PLAN = "2018-06", "PES-GOB"
LISTS = ("/tasks", "/cases", "/events", f"/plans/{PLAN}/indicators", f"/plans/{PLAN}/measurements")


def _row(code: str, value: object, **others: object) -> dict[str, object]:
    """A row of a report, with its evidence."""
    values = {
        "valor_periodo": value, "avance_cualitativo": "Se hizo lo previsto.", "fecha_evidencia": "2018-06-30",
        "justificacion_rezago": "Faltó un contrato.", "motivo_rango": "Es lo que hubo.", **others,
    }  # fmt: skip
    content = base64.b64encode(b"indicador;valor\nx;1\n").decode()
    return {"indicator": code, "values": values, "files": [{"name": "soporte.csv", "content": content}]}


def _asked(reporter: Program) -> list[str]:
    """The codes that the open report of this program's person asks for."""
    task = reporter.get("/tasks")["items"][0]
    return [row["_fila"] for row in reporter.get(f"/tasks/{task['id']}/form")["values"]["avances"]]


def test_without_a_token_and_beyond_its_scope_nothing_is_told(office: Site) -> None:
    reader = program(office, "sruiz", [Scope.PLANS_READ])
    bare = Program(office.app.test_client(), "cauce_nada")

    refused = bare.ask("GET", "/tasks", 401)
    assert refused.mimetype == problems.MEDIA_TYPE and refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert reader.ask("GET", "/tasks", 403).json["type"] == "urn:cauce:problem:out-of-scope"
    assert reader.get("/plans")["items"][0]["code"] == PLAN


def test_a_session_of_a_browser_opens_nothing_of_the_api(office: Site) -> None:
    office.give_password("sruiz")
    visitor = office.visitor("sruiz")

    assert visitor.client.get("/api/v1/tasks").status_code == 401


def test_what_is_refused_is_said_in_the_language_that_is_asked_for(office: Site) -> None:
    reader = program(office, "sruiz")

    spanish = reader.ask("GET", "/tasks/999999", 404)
    reader.language = "en-GB,en;q=0.8"
    english = reader.ask("GET", "/tasks/999999", 404)

    assert spanish.headers["Content-Language"] == "es" and english.headers["Content-Language"] == "en"
    assert "tarea" in spanish.json["detail"] and "nothing" in english.json["detail"]
    assert spanish.json["type"] == english.json["type"]


def test_what_is_wrong_with_a_part_is_said_in_the_language_that_is_asked_for(office: Site) -> None:
    reporter = program(office, "sruiz")
    code, path = _asked(reporter)[0], f"/plans/{PLAN}/periods/{JUNE}/measurements"
    wrong = {"rows": [{"indicator": code, "values": {"valor_periodo": "mucho", "fecha_evidencia": "2999-01-01"}}]}
    asked = [("POST", path, wrong), ("POST", path, {"rows": []}), ("GET", "/cases?limit=0&cursor=x", None),
             ("GET", "/cases?cursor=x", None), ("POST", path, {"rows": wrong["rows"] * 2})]  # fmt: skip

    told = {}
    for language in ("es", "en"):
        reporter.language = language
        told[language] = [reporter.ask(*one[:2], 422, json=one[2]).json for one in asked]

    for spanish, english in zip(told["es"], told["en"], strict=True):
        assert [one["path"] for one in spanish["errors"]] == [one["path"] for one in english["errors"]] != []
        assert {one["message"] for one in spanish["errors"]}.isdisjoint(one["message"] for one in english["errors"])
        assert spanish["detail"] != english["detail"]
    first = {one["path"]: one["message"] for one in told["en"][0]["errors"]}
    assert first[f"rows.{code}.valor_periodo"].startswith("A JSON number is expected")
    assert told["es"][2]["errors"][0]["message"] == "Debe ser 1 o más."


def test_every_status_of_an_error_is_said_in_english_too() -> None:
    missing = {status for status in STATUS.values() if status not in problems.DETAILS}

    assert {status.value for status in missing} <= {410, 502}  # of links and of sign-in, which no program meets


def test_a_report_goes_through_the_form_and_what_is_wrong_is_told_at_its_indicator(office: Site) -> None:
    reporter = program(office, "sruiz")
    codes = _asked(reporter)
    path = f"/plans/{PLAN}/periods/{JUNE}/measurements"

    wrong = reporter.post(path, {"rows": [_row(code, 0.5) for code in codes]}, 422)
    kept = reporter.post(path, {"rows": [_row(codes[0], 1)], "send": False})
    sent = reporter.post(path, {"rows": [_row(code, 1) for code in codes]})

    assert {f"rows.{code}.valor_periodo" for code in codes} <= {one["path"] for one in wrong["errors"]}
    assert not kept["sent"] and sent["sent"] and sent["rows"] == codes
    found = reporter.all(f"/plans/{PLAN}/measurements?period={JUNE}")
    assert {one["indicator"]: one["value"] for one in found if one["reported_by"] == "sruiz"} == dict.fromkeys(
        codes, "1"
    )
    assert reporter.get(f"/tasks/{sent['task_id']}/submission")["values"]["avances"][0]["valor_periodo"] == 1
    again = reporter.ask("POST", path, 409, json={"rows": [_row(codes[0], 1)]})
    assert "Ninguna tarea abierta" in again.json["detail"]


@pytest.mark.parametrize("content", ["ß÷4", "a", "====", "YQ==YQ=="])
def test_a_file_that_is_no_base64_is_refused_by_its_name(office: Site, content: str) -> None:
    reporter = program(office, "sruiz")
    row = {"indicator": "X", "values": {}, "files": [{"name": "soporte.csv", "content": content}]}

    refused = reporter.post(f"/plans/{PLAN}/periods/{JUNE}/measurements", {"rows": [row]}, 422)

    assert (
        refused["type"] == "urn:cauce:problem:invalid-file" and "«soporte.csv» no está en base64" in refused["detail"]
    )


def test_the_same_key_does_nothing_again_and_answers_alike(office: Site) -> None:
    reporter = program(office, "sruiz")
    asked = {"rows": [_row(code, 1) for code in _asked(reporter)]}
    path = f"/plans/{PLAN}/periods/{JUNE}/measurements"

    first = reporter.post(path, asked, key="junio")
    second = reporter.ask("POST", path, 201, json=asked, headers={"Idempotency-Key": "junio"})
    other = reporter.ask("POST", path, 422, json={"rows": asked["rows"][:1]}, headers={"Idempotency-Key": "junio"})

    assert second.json == first and second.headers["Idempotent-Replayed"] == "true"
    assert other.json["type"] == "urn:cauce:problem:key-reused" or len(asked["rows"]) == 1
    with office.application.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Submission)) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(StoredFile).where(StoredFile.stored_by == "sruiz"))


def test_what_was_refused_keeps_no_answer_and_may_be_asked_again(office: Site) -> None:
    reporter = program(office, "sruiz")
    codes = _asked(reporter)
    path = f"/plans/{PLAN}/periods/{JUNE}/measurements"

    reporter.post(path, {"rows": [_row(code, "nada") for code in codes]}, 422, key="otra")
    reporter.post(path, {"rows": [_row(code, 1) for code in codes]}, 201, key="otra")

    office.clock.move_to(office.clock.now() + once.KEPT_FOR * 2)
    with office.application.database.unit_of_work() as session:
        assert once.forget_old(session, office.clock) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(KeptAnswer)) == 0


def test_a_draft_is_kept_as_it_comes_and_a_newer_one_is_not_written_over(office: Site) -> None:
    reporter = program(office, "sruiz")
    task = reporter.get("/tasks")["items"][0]["id"]
    code = _asked(reporter)[0]

    def keep(value: object, seen: str, status: int) -> dict[str, str]:
        values = {"avances": [{"_fila": code, "valor_periodo": value}]}
        answer = reporter.ask("PUT", f"/tasks/{task}/draft", status, json={"values": values, "seen": seen})
        return dict(answer.json)

    first = keep(3, "", 200)
    office.clock.move_to(office.clock.now() + once.KEPT_FOR / 1000)
    keep(4, first["seen"], 200)
    refused = keep(5, first["seen"], 409)

    assert refused["type"] == "urn:cauce:problem:draft-changed"
    assert reporter.get(f"/tasks/{task}/form")["values"]["avances"][0]["valor_periodo"] == 4
    with office.application.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(FormDraft)) == 1


def test_a_list_comes_in_pages_none_of_which_repeats_or_leaves_out(office: Site) -> None:
    coordinator = program(office, "amartinez")

    for path in ("/cases", "/events", f"/plans/{PLAN}/indicators", f"/plans/{PLAN}/periods", "/plans",
                 f"/plans/{PLAN}/measurements", f"/plans/{PLAN}/documents", "/tasks?box=groups"):  # fmt: skip
        whole = coordinator.all(path, limit=200)
        assert coordinator.all(path, limit=max(2, len(whole) // 3)) == whole, path
    administrator = program(office, "admin")
    people = administrator.all("/people", limit=200)
    assert administrator.all("/people", limit=3) == people and len(people) > 10
    assert coordinator.ask("GET", "/cases?cursor=nada", 422).json["errors"][0]["path"] == "cursor"


def test_a_message_reaches_only_cases_of_the_plan_and_is_written_down(office: Site) -> None:
    coordinator, reporter = program(office, "amartinez"), program(office, "sruiz")
    path, told = f"/plans/{PLAN}/messages", {"name": "nadie_lo_espera", "key": PLAN, "reason": "Prueba"}

    assert coordinator.post(path, told, 404)["type"] == "urn:cauce:problem:no-message-receiver"
    assert coordinator.post(path, {**told, "key": "PES-HAB/x"}, 422)["errors"][0]["path"] == "key"
    assert coordinator.post(path, {**told, "data": {"plan": "PES-HAB"}}, 422)["errors"][0]["path"] == "data.plan"
    reporter.post(path, told, 403)

    with office.application.database.reading() as session:
        assert session.scalar(sa.select(AuditEntry).where(AuditEntry.action == "enviar_mensaje")) is None


def test_a_message_takes_the_case_that_waits_for_it_on_once_and_says_who_sent_it(office: Site) -> None:
    coordinator = program(office, "amartinez")
    catch = node("intermediateCatchEvent", "respuesta", message("m"))
    drawn = process(
        "acompanamiento", start(entradas="entidad"), catch, end(), chain("inicio", "respuesta", "fin"),
        messages={"m": "vigencia_cerrada"},
    )  # fmt: skip
    publish(office, drawn)
    case = coordinator.post("/cases", {"process": "acompanamiento", "values": {"plan": PLAN, "entidad": "IDPAC"}})
    (wait,) = coordinator.get(f"/cases/{case['id']}/waits")["items"]
    told = {"name": wait["message"], "key": wait["key"], "data": {"nota": "Listo", "veces": 2}, "reason": "Lo pidieron"}

    reached = coordinator.post(f"/plans/{PLAN}/messages", told, 202, key="cierre")
    again = coordinator.post(f"/plans/{PLAN}/messages", told, 202, key="cierre")

    assert reached == again == {"cases": [case["id"]]}
    assert coordinator.get(f"/cases/{case['id']}")["state"] == "completed"
    with office.application.database.reading() as session:
        (entry,) = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "enviar_mensaje"))
    assert (entry.actor_id, entry.object_id, entry.reason) == ("amartinez", PLAN, "Lo pidieron")


def test_what_a_case_waits_for_is_told_in_parts_and_in_a_sentence(office: Site) -> None:
    coordinator = program(office, "amartinez")
    with office.application.database.reading() as session:
        case = session.scalars(sa.select(Instance.id).where(Instance.process_key == "f5_ciclo_mensual")).one()
        tasks = set(
            session.scalars(sa.select(UserTask.id).where(UserTask.state == "open", UserTask.instance_id == case))
        )

    waits = coordinator.get(f"/cases/{case}/waits")["items"]

    assert {one["task_id"] for one in waits if one["kind"] == "task"} == tasks
    assert all(one["sentence"].startswith(("Espera", "Mientras")) for one in waits)


def test_who_asks_too_often_waits(make_site: Callable[..., Site]) -> None:
    site = make_site(api_per_minute=3)
    reader, other = program(site, "sruiz"), program(site, "rmora")

    told = [reader.ask("GET", "/plans").status_code for _ in range(4)]

    assert told == [200, 200, 200, 429]
    refused = reader.ask("GET", "/plans", 429)
    assert int(refused.headers["Retry-After"]) > 0 and refused.headers["RateLimit-Limit"] == "3"
    other.get("/plans")


@pytest.mark.parametrize(
    "path", ["/tasks", "/cases", "/events", f"/plans/{PLAN}/indicators", f"/plans/{PLAN}/measurements"]
)
def test_a_longer_list_costs_no_more_statements(office: Site, path: str) -> None:
    coordinator = program(office, "amartinez")
    mark = "&" if "?" in path else "?"
    statements: list[str] = []
    engine = office.application.database.engine
    sa.event.listen(engine, "before_cursor_execute", lambda *asked: statements.append(str(asked[2])))
    coordinator.get(f"{path}{mark}limit=1")

    def count(limit: int) -> int:
        statements.clear()
        coordinator.get(f"{path}{mark}limit={limit}")
        return len(statements)

    assert count(2) == count(100) <= 12


def test_a_program_cannot_send_over_what_a_helper_handed_over_and_nobody_brought(office: Site) -> None:
    reporter, now = program(office, "sruiz"), office.clock.now()
    task = reporter.get("/tasks")["items"][0]["id"]
    with office.application.database.unit_of_work() as session:
        session.add(Help(task_id=task, helper="ynino", asked_by="sruiz", asked_at=now, rows=[], ready_at=now))

    refused = reporter.post(f"/tasks/{task}/submission", {"values": {}}, 409)

    assert "Yaneth Niño entregó lo que usted pidió" in refused["detail"]
