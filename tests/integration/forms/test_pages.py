from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, jsonify, redirect, request, url_for
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

import web.forms
from engine.clock import VirtualClock
from engine.database import Database
from engine.runtime import ProcessEngine
from notifications.mail import FolderSender
from tests.integration.forms.conftest import ANA, ReportProgress
from web.app import FILTERS
from web.bootstrap import Application
from web.config import Config
from workflows.calendar import WorkingCalendar
from workflows.documents import files
from workflows.errors import InvalidFile
from workflows.forms.models import Submission
from workflows.forms.submissions import Forms

GOOD = [
    ("avances-0-_fila", "IR-1"), ("avances-0-valor_periodo", "1.234,5"),
    ("avances-1-_fila", "IR-2"), ("avances-1-valor_periodo", "20"),
    ("temas-0-tema", ""), ("fecha", "2018-11-22"), ("decision", "si"), ("_accion", "enviar"),
]  # fmt: skip


@pytest.fixture
def client(
    database: Database, engine: ProcessEngine, forms: Forms, clock: VirtualClock, task_id: int, tmp_path: Any
) -> Iterator[FlaskClient]:
    """The three views of the docstring of `web.forms`, as Ana."""
    config = Config(tmp_path, str(database.url), "secreto" * 6)
    cauce = Application(config, database, clock, WorkingCalendar(), engine, forms, FolderSender(tmp_path), None)
    app = Flask("web")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= FILTERS
    app.jinja_env.globals["csrf_token"] = lambda: "ficha"

    def show(status: int = 200, **more: Any) -> tuple[str, int]:
        raw = more.pop("raw", None)
        with database.reading() as session:
            opened = forms.open(session, engine, task_id, ANA, raw=raw)
            urls = {"draft_url": "/borrador", "files_url": "/archivos", "file_url": "/archivos/{}".format}
            return web.forms.render(opened, username="ana", **urls, **more), status

    @app.get("/")
    def task() -> Any:
        return show()

    @app.post("/")
    def send() -> Any:
        outcome = web.forms.receive(cauce, ANA, task_id, request)
        if isinstance(outcome, web.forms.Sent):
            return redirect("/enviada")
        if isinstance(outcome, web.forms.Kept):
            return redirect("/bandeja" if outcome.leaving else url_for("task", _anchor=outcome.anchor))
        return show(422, raw=outcome.raw, errors=outcome.errors, sentence=outcome.sentence)

    @app.post("/borrador")
    def draft() -> Any:
        kept = web.forms.keep_draft(cauce, ANA, task_id, request)
        return jsonify(kept), 409 if "conflicto" in kept else 200

    @app.post("/archivos")
    def attach() -> Any:
        try:
            stored = web.forms.attach(cauce, ANA, task_id, request)
        except InvalidFile as refused:
            return jsonify({"mensaje": refused.message}), 422
        told = {"id": stored.id, "nombre": stored.name, "tamano": stored.size, "direccion": f"/archivos/{stored.id}"}
        return jsonify(told), 201

    @app.get("/enviada")
    def sent() -> Any:
        with database.reading() as session:
            return web.forms.render(forms.open_sent(session, engine, task_id, ANA), readonly=True)

    with app.test_client() as client:
        yield client


def post(client: FlaskClient, fields: list[tuple[str, Any]], url: str = "/") -> TestResponse:
    data: dict[str, list[Any]] = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    return client.post(url, data=data, content_type="multipart/form-data")


def page(response: TestResponse) -> html.HtmlElement:
    return html.fromstring(response.text)


def fields_of(form: html.HtmlElement) -> list[tuple[str, Any]]:
    """What a browser would send with the form as it stands, buttons and files apart."""
    return [(name, value) for name, value in form.xpath("//form")[0].form_values() if not name.startswith("_accion")]


def assert_accessible(shown: html.HtmlElement) -> None:
    """Every input has a label or legend, every description exists, every id is there once."""
    for template in shown.xpath("//template"):
        template.getparent().remove(template)
    ids = shown.xpath("//@id")
    assert len(ids) == len(set(ids))
    for one in shown.xpath("//input[not(@type='hidden')]|//select|//textarea"):
        assert shown.xpath("//label[@for=$id]", id=one.get("id", "")) or one.xpath("ancestor::label"), one.get("name")
    for described in shown.xpath("//@aria-describedby"):
        assert set(described.split()) <= set(ids)
    for link in shown.xpath("//a[starts-with(@href,'#')]/@href"):
        assert link[1:] in ids


def test_a_form_is_shown_with_what_is_known(client: FlaskClient) -> None:
    shown = page(client.get("/"))

    assert_accessible(shown)
    text = " ".join(shown.text_content().split())
    assert "Devuelta: falta el soporte." in text and "personas" in text
    assert "Solo si «Quedaría» es «rojo»." in text
    assert "Valor del mes, IR-1 (obligatorio)" in text
    assert "2 sin llenar" in text
    assert shown.xpath("//tbody[@id='f-avances-1']//th[@scope='row']//text()[contains(.,'IR-2')]")


def test_sending_a_good_form_completes_the_task(client: FlaskClient, handler: ReportProgress) -> None:
    response = post(client, GOOD)

    assert response.location == "/enviada"
    shown = page(client.get("/enviada"))
    assert "1.234,5" in shown.text_content() and "22 de noviembre de 2018" in shown.text_content()
    assert not shown.xpath("//input|//button|//textarea|//select")


def test_errors_stand_at_their_fields_and_in_the_summary(client: FlaskClient) -> None:
    response = post(
        client, [("avances-0-valor_periodo", "<script>doce"), ("avances-1-valor_periodo", "5"), ("fecha", "ayer")]
    )

    assert response.status_code == 422
    assert "<script>doce" not in response.text and "&lt;script&gt;doce" in response.text
    shown = page(response)
    assert_accessible(shown)
    wrong = shown.get_element_by_id("f-avances-0-valor_periodo")
    assert wrong.value == "<script>doce" and wrong.get("aria-invalid") == "true"
    assert "Escriba el número así" in shown.get_element_by_id(wrong.get("aria-describedby").split()[-1]).text_content()
    links = [link.text_content() for link in shown.xpath("//*[@id='errores']//a")]
    assert links[0].startswith("IR-1 · Valor del mes: ") and len(links) == 3
    assert shown.get_element_by_id("f-fecha").value == "ayer"


def test_adding_and_removing_rows_without_scripts_keeps_everything_typed(client: FlaskClient) -> None:
    typed = [("avances-0-_fila", "IR-1"), ("avances-0-valor_periodo", "abc"), ("temas-0-tema", "Uno")]

    added = post(client, [*typed, ("_accion", "agregar:temas")])
    assert added.location == "/#f-temas-1"
    shown = page(client.get("/"))
    assert shown.get_element_by_id("f-avances-0-valor_periodo").value == "abc"
    assert [one.value for one in shown.xpath("//input[contains(@name,'-tema')]") if "__n__" not in one.name] == [
        "Uno",
        "",
    ]

    again = [(n, "Dos" if n == "temas-1-tema" else v) for n, v in fields_of(shown) if "__n__" not in n]
    removed = post(client, [*again, ("_accion", "quitar:temas:0")])
    assert removed.location == "/#f-temas"
    left = page(client.get("/")).xpath("//input[contains(@name,'-tema')]")
    assert [one.value for one in left if "__n__" not in one.name] == ["Dos"]


def test_a_file_is_uploaded_once_whatever_else_is_wrong(client: FlaskClient, database: Database) -> None:
    upload = ("avances-0-evidencias", (io.BytesIO(b"%PDF-1.7 x"), "<b>acta.pdf"))
    refused = post(client, [("avances-0-valor_periodo", "abc"), upload])
    assert refused.status_code == 422 and "_b_acta.pdf" in refused.text
    assert_accessible(page(refused))

    kept = [
        (n, v)
        for n, v in fields_of(page(refused))
        if "__n__" not in n and n not in ("avances-0-valor_periodo", "fecha")
    ]
    good = [("avances-0-valor_periodo", "20"), ("avances-1-valor_periodo", "20"), ("fecha", "22/11/2018")]
    fixed = [(n, v) for n, v in kept if n != "avances-1-valor_periodo"] + good
    assert post(client, fixed).location == "/enviada"
    with database.reading() as session:
        assert session.scalars(sa.select(Submission)).one().values["avances"][0]["evidencias"] == [1]


def test_a_file_marked_to_go_goes(client: FlaskClient) -> None:
    upload = ("avances-0-evidencias", (io.BytesIO(b"%PDF-1.7 x"), "a.pdf"))
    post(client, [("avances-0-_fila", "IR-1"), upload, ("_accion", "quedarse")])
    shown = page(client.get("/"))
    assert "a.pdf" in shown.text_content()
    marked = shown.xpath("//input[@name='avances-0-evidencias-_quitar']")[0]

    fields = [(n, v) for n, v in fields_of(shown) if "__n__" not in n] + [(marked.name, marked.get("value"))]
    assert post(client, [*fields, ("_accion", "guardar")]).location == "/bandeja"

    assert "a.pdf" not in page(client.get("/")).text_content()


def test_a_file_that_is_not_accepted_is_an_error_at_its_field(client: FlaskClient) -> None:
    response = post(client, [*GOOD, ("avances-1-evidencias", (io.BytesIO(b"MZ\x00"), "virus.pdf"))])
    assert response.status_code == 422
    error = page(response).get_element_by_id("f-avances-1-evidencias-error")
    assert "«virus.pdf» no es un archivo que se acepte" in error.text_content()


def test_the_same_form_sent_twice_is_sent_once(client: FlaskClient, handler: ReportProgress) -> None:
    token = [("_envio", page(client.get("/")).xpath("//input[@name='_envio']/@value")[0])]
    assert post(client, GOOD + token).location == "/enviada"
    assert post(client, GOOD + token).location == "/enviada"
    assert len(handler.written) == 1


def test_the_draft_answers_what_follows(client: FlaskClient) -> None:
    answer = post(client, [("avances-0-valor_periodo", "5"), ("avances-1-valor_periodo", "50")], "/borrador").json
    assert answer is not None and answer.pop("visto")
    assert answer == {
        "guardado": "09:00",
        "ocultos": ["avances-1-justificacion", "nota", "solo_revision"],
        "semaforos": {
            "avances-0": {"color": "rojo", "icono": "■", "palabra": "En rojo", "detalle": ""},
            "avances-1": {"color": "verde", "icono": "●", "palabra": "En verde", "detalle": ""},
        },
        "celdas": {"avances-0-semaforo_previsto": "rojo", "avances-1-semaforo_previsto": "verde"},
        "leidos": {"avances-0-valor_periodo": "5", "avances-1-valor_periodo": "50"},
        "avisos": {},
        "filas": {
            "avances-0": {"estado": "incompleta", "texto": "Falta justificación"},
            "avances-1": {"estado": "lista", "texto": "Lista"},
        },
        "listas": "1 de 2 listas",
        "cuentas": {"avances": "1 lista · 1 incompleta"},
    }
    assert "Guardado a las 09:00" in client.get("/").text


def test_a_page_writes_over_its_own_draft_and_over_no_other_unseen(client: FlaskClient) -> None:
    def kept(note: str, window: str, seen: str) -> TestResponse:
        return post(client, [("nota", note), ("_envio", window), ("_visto", seen)], "/borrador")

    first = kept("uno", "ventana-1", "")
    again = kept("dos", "ventana-1", "")  # its answer may have been lost on the way
    unseen = kept("tres", "ventana-2", "")
    same = kept("dos", "ventana-3", "")
    told = unseen.json or {}
    forced = kept("tres", "ventana-2", told["visto"])

    assert [one.status_code for one in (first, again, unseen, same)] == [200, 200, 409, 200]
    assert "Difieren: Nota." in told["conflicto"]
    assert forced.status_code == 409  # the third window has kept it since
    assert page(client.get("/")).get_element_by_id("f-nota").value.strip() == "dos"


def test_keeping_without_scripts_writes_over_nothing_unseen_either(client: FlaskClient) -> None:
    seen = page(client.get("/")).xpath("//input[@name='_visto']/@value")[0]
    post(client, [("nota", "otra ventana"), ("_envio", "otra"), ("_visto", seen)], "/borrador")

    refused = post(client, [("nota", "esta"), ("_envio", "esta"), ("_visto", seen), ("_accion", "guardar")])
    shown = page(refused)
    agreed = [("nota", "esta"), ("_envio", "nueva"), ("_visto", shown.xpath("//input[@name='_visto']/@value")[0])]

    assert refused.status_code == 422 and "usted guardó algo distinto" in refused.text
    assert shown.get_element_by_id("f-nota").value.strip() == "esta"
    assert post(client, [*agreed, ("_accion", "guardar")]).status_code == 302


def test_a_file_is_taken_for_a_file_field_of_any_row_and_for_nothing_else(client: FlaskClient) -> None:
    def chosen(field: str) -> int:
        pdf = (io.BytesIO(b"%PDF-1.7 acta"), "acta.pdf")
        return post(client, [("campo", field), ("archivo", pdf)], "/archivos").status_code

    assert [chosen(one) for one in ("avances-0-evidencias", "avances-17-evidencias")] == [201, 201]
    assert [chosen(one) for one in ("nota", "avances-0-justificacion", "", "avances-x-evidencias")] == [422] * 4


def test_nobody_fills_the_disk_with_one_task(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def chosen() -> TestResponse:
        pdf = (io.BytesIO(b"%PDF-1.7 acta"), "acta.pdf")
        return post(client, [("campo", "avances-0-evidencias"), ("archivo", pdf)], "/archivos")

    monkeypatch.setattr(files, "MOST_FILES", 2)
    answers = [chosen() for _ in range(3)]
    more = (io.BytesIO(b"%PDF-1.7 otra"), "otra.pdf")
    refused = post(client, [*GOOD, ("avances-0-evidencias", more)])

    assert [one.status_code for one in answers] == [201, 201, 422]
    assert "«acta.pdf» no cabe" in (answers[2].json or {})["mensaje"]
    assert refused.status_code == 422 and "«otra.pdf» no cabe" in refused.text


def test_a_draft_may_be_sent_as_json(client: FlaskClient) -> None:
    assert client.post("/borrador", json={"nota": "hola"}).status_code == 200
    assert page(client.get("/")).get_element_by_id("f-nota").value.strip() == "hola"


def test_the_pattern_of_a_new_row_is_named_by_its_place(client: FlaskClient) -> None:
    pattern = re.search(r"<template data-new-row=\"temas\">.*?</template>", client.get("/").text, re.DOTALL)
    assert pattern is not None and 'name="temas-__n__-tema"' in pattern[0]


def test_what_nobody_can_bring_up_is_left_out_and_the_rest_says_when(client: FlaskClient) -> None:
    hidden_note = page(client.get("/")).xpath("//*[@data-path='nota']")[0]
    assert hidden_note.get("data-hidden") is not None
    assert "Solo si «Decisión» es «No»." in hidden_note.text_content()
    assert "Solo para quien valida" not in client.get("/").text


@pytest.mark.parametrize("letter", ["\x00", "\x07", "\ud83d"])
def test_a_letter_that_cannot_be_kept_is_refused_at_its_field_and_the_rest_stays(
    client: FlaskClient, database: Database, letter: str
) -> None:
    nota = f"La mesa{letter} acordó"
    sent = {"avances": [{"_fila": "IR-1", "valor_periodo": "3"}, {"_fila": "IR-2", "valor_periodo": "4"}],
            "decision": "no", "nota": nota, "fecha": "2018-11-22"}  # fmt: skip

    response = client.post("/", json=sent)

    assert response.status_code == 422
    assert "El texto tiene después de «La mesa» un carácter invisible que no se puede guardar" in response.text
    assert "acordó" in client.get("/").text
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Submission)) == 0


def test_what_was_pasted_from_word_is_kept_as_it_looked(client: FlaskClient) -> None:
    sent = [*GOOD[:-2], ("decision", "no"), ("nota", "\uf0b7 Acta firmada \uf0fc"), ("_accion", "enviar")]

    response = post(client, sent)

    assert response.status_code == 302
    assert "• Acta firmada ✓" in client.get("/enviada").text


def test_a_file_without_a_name_is_kept(client: FlaskClient) -> None:
    response = post(client, [*GOOD, ("avances-1-evidencias", (io.BytesIO(b"%PDF-1.7 acta"), ""))])

    assert response.status_code == 302
    assert "archivo.pdf" in client.get("/enviada").text
