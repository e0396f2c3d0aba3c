"""Questions about a task: asked on its page, answered on that of its case, settled, and told by mail."""

from __future__ import annotations

import sqlalchemy as sa

from engine.tasks.models import UserTask
from notifications import digest
from notifications.models import MailNote, OutboxMessage
from tests.integration.web.test_task import task_of
from tests.support.web import Site
from workflows.people import comments
from workflows.people.models import Comment


def written_to(site: Site) -> list[tuple[str, bool]]:
    """Who is told of what was said, and whether a mail leaves now."""
    now = site.clock.now()
    with site.application.database.reading() as session:
        query = sa.select(MailNote.recipient, OutboxMessage.send_at).outerjoin(OutboxMessage)
        found = session.execute(query.where(MailNote.kind == "pregunta").order_by(MailNote.id)).all()
    return [(recipient, leaves is not None and leaves <= now) for recipient, leaves in found]


def test_a_question_about_a_row_reaches_the_liaison_at_once_and_its_answer_comes_back(site: Site) -> None:
    # Given Sandra's report, whose page names whom to ask
    task = task_of(site, "reportar_avance", "IDPAC")
    sandra, ricardo = site.visitor("sruiz"), site.visitor("rmora")
    sandra.open(task)
    assert "¿Dudas? Ricardo Mora, enlace" in sandra.text()
    row = sandra.page().xpath("//select[@name='fila']/option[starts-with(., 'IR-3.1')]")[0].text

    # When she asks about a row, and he answers on the page of the case, where the mail leads
    where = f"{task}/comentarios"
    form = sandra.page().xpath(f"//form[@action='{where}']")[-1]
    kept = [(name, value) for name, value in form.form_values() if name not in ("texto", "fila")]
    sandra.send(where, [*kept, ("fila", row), ("texto", "¿Van los de <b>julio</b>?")])
    [case] = {one.get("action") for one in ricardo_forms(site, ricardo)}
    answer = ricardo.page().xpath("//details[summary='Responder']/form")[0]
    ricardo.send(case, [*((n, v) for n, v in answer.form_values() if n != "texto"), ("texto", "No, los de junio.")])

    # Then each was written to at once, both texts stand on her page as text, with the row; and it is settled
    assert written_to(site) == [("rmora", True), ("sruiz", True)]
    assert ["le responde" in one for one in subjects(site)] == [False, True]
    sandra.open(task)
    assert "¿Van los de <b>julio</b>?" in sandra.text() and "No, los de junio." in sandra.text()
    assert "1 sin resolver" in sandra.text()
    sandra.press("/comentarios/resolver")
    assert "1 sin resolver" not in sandra.text() and "Abrir otra vez" in sandra.text()


def subjects(site: Site) -> list[str]:
    with site.application.database.reading() as session:
        return list(session.scalars(sa.select(OutboxMessage.subject).order_by(OutboxMessage.id)))


def ricardo_forms(site: Site, ricardo) -> list:  # type: ignore[no-untyped-def,type-arg]
    with site.application.database.reading() as session:
        case_id = session.scalars(sa.select(Comment.instance_id)).one()
    ricardo.open(f"/casos/{case_id}")
    return ricardo.page().xpath("//section[@id='conversacion']//details[summary='Responder']/form")  # type: ignore[no-any-return]


def test_a_comment_to_nobody_waits_for_the_digest_of_who_takes_part(site: Site) -> None:
    # Given a comment of the coordinator on Sandra's task, written to nobody
    task = task_of(site, "reportar_avance", "IDPAC")
    with site.application.database.reading() as session:
        case_id = session.get_one(UserTask, int(task.rpartition("/")[2])).instance_id
    sandra = site.visitor("sruiz")
    sandra.open(task)
    form = sandra.page().xpath(f"//form[@action='{task}/comentarios']")[-1]
    kept = [(name, value) for name, value in form.form_values() if name not in ("texto", "para")]
    sandra.send(f"{task}/comentarios", [*kept, ("para", "rmora"), ("texto", "Falta el acta.")])
    ana = site.visitor("amartinez")
    ana.open(f"/casos/{case_id}")
    answer = ana.page().xpath("//details[summary='Responder']/form")[0]
    fields = [(name, value) for name, value in answer.form_values() if name not in ("texto", "para")]
    ana.send(f"/casos/{case_id}/comentarios", [*fields, ("para", ""), ("texto", "La subo yo.")])

    # When the next working day's digest is written
    site.clock.move_to(site.clock.now().replace(day=9, hour=14))
    application = site.application
    with application.database.unit_of_work() as session:
        digest.build_due(session, application.engine, application.calendar, base_url="https://cauce.example")

    # Then it tells Ricardo and Sandra what she said
    with site.application.database.reading() as session:
        query = sa.select(OutboxMessage.recipient, OutboxMessage.text).where(OutboxMessage.kind == "resumen")
        told = {recipient for recipient, text in session.execute(query) if "La subo yo." in text}
    assert {"sruiz", "rmora"} <= told


def test_who_may_not_see_it_cannot_be_asked_and_what_was_typed_stays(site: Site) -> None:
    task = task_of(site, "reportar_avance", "IDPAC")
    sandra = site.visitor("sruiz")
    sandra.open(task)
    form = sandra.page().xpath(f"//form[@action='{task}/comentarios']")[-1]
    kept = [(name, value) for name, value in form.form_values() if name not in ("texto", "para")]

    sandra.send(f"{task}/comentarios", [*kept, ("texto", "¿Y esto, @dsuarez?")], status=422)

    assert "«@dsuarez» no es el usuario de nadie que trabaje en esto" in sandra.text()
    assert "¿Y esto, @dsuarez?" in sandra.text()


def test_nobody_learns_who_there_is_elsewhere_and_nothing_typed_is_cut(site: Site) -> None:
    task = task_of(site, "reportar_avance", "IDPAC")
    sandra, long = site.visitor("sruiz"), "x" * (comments.MOST_LETTERS + 1)
    sandra.open(task)
    form = sandra.page().xpath(f"//form[@action='{task}/comentarios']")[-1]
    kept = [(name, value) for name, value in form.form_values() if name not in ("texto", "para")]

    told = []
    for name in ("dsuarez", "nadie-existe"):
        sandra.send(f"{task}/comentarios", [*kept, ("texto", f"¿Y esto, @{name}?")], status=422)
        told.append(sandra.text().replace(name, "…"))
    sandra.send(f"{task}/comentarios", [*kept, ("texto", long)], status=422)

    assert told[0] == told[1]
    assert f"Tiene {len(long)} letras y caben {comments.MOST_LETTERS}" in sandra.text() and long in sandra.text()


def test_another_entity_does_not_read_it(site: Site) -> None:
    task = task_of(site, "reportar_avance", "IDPAC")
    sandra = site.visitor("sruiz")
    sandra.open(task)
    form = sandra.page().xpath(f"//form[@action='{task}/comentarios']")[-1]
    sandra.send(
        f"{task}/comentarios", [*((n, v) for n, v in form.form_values() if n != "texto"), ("texto", "Secreto.")]
    )
    with site.application.database.reading() as session:
        case_id = session.scalars(sa.select(Comment.instance_id)).one()

    diana = site.visitor("dsuarez")
    diana.open(f"/casos/{case_id}")

    assert "Secreto." not in diana.text()


def test_who_may_be_named_is_offered_to_who_may_ask_and_to_nobody_else(site: Site) -> None:
    with site.application.database.reading() as session:
        report = session.get_one(UserTask, int(task_of(site, "reportar_avance", "IDPAC").rpartition("/")[2]))
        address = f"/casos/{report.instance_id}/comentarios/personas?entidad=IDPAC"

    offered = site.visitor("sruiz").client.get(address).get_json()
    refused = site.visitor("dsuarez").client.get(address).get_json()

    named = {one["usuario"] for one in offered}
    assert {"rmora", "amartinez", "pcastro"} <= named
    assert not named & {"sruiz", "dsuarez", "ocardenas"}
    assert refused == []


def test_a_code_of_the_plan_in_what_was_written_leads_to_its_indicator_and_nothing_else_does(site: Site) -> None:
    # Given a comment with a code of the plan, one of nothing, a number, and marks
    task = task_of(site, "reportar_avance", "IDPAC")
    sandra = site.visitor("sruiz")
    sandra.open(task)
    form = sandra.page().xpath(f"//form[@action='{task}/comentarios']")[-1]
    kept = [(name, value) for name, value in form.form_values() if name not in ("texto", "fila")]
    text = "<i>Igual</i> que IP-3.2.1. No ZZ-9.9, ni XIP-3.2.1, ni 3.2."
    sandra.send(f"{task}/comentarios", [*kept, ("texto", text)])

    # When it is read
    sandra.open(task)
    [said] = sandra.page().xpath("//p[@class='said']")

    # Then the one code is a link, and the marks are text
    assert said.text_content() == text
    assert [(one.text, one.get("href")) for one in said.xpath(".//*")] == [
        ("IP-3.2.1", "/plan/PES-GOB/indicadores/IP-3.2.1")
    ]
    sandra.open("/plan/PES-GOB/indicadores/IP-3.2.1")
    assert sandra.last.status_code == 200
