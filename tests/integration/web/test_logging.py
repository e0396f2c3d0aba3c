"""The log tells what happened, with the code of its request, and nothing of what people typed."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.logs import kept_log
from tests.support.web import PASSWORD, Site
from web import delivery, logs
from web.app import create_app
from web.config import Config
from web.settings import InvalidSetting

CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")
TYPED = "Esperanza Quintero, cédula 52.345.678"


def test_the_error_page_shows_the_code_that_is_in_the_log(office: Site) -> None:
    with kept_log() as log:
        visitor = office.visitor("rmora")
        visitor.open("/tareas/999999", status=404)

    assert visitor.last is not None
    code = visitor.last.headers["X-Request-ID"]
    assert CODE.fullmatch(code) and f"Código del incidente: {code}" in visitor.text()
    (line,) = log.of("refused")
    assert (line["request"], line["status"], line["user"]) == (code, 404, "rmora")
    assert line["refusal"] == "UnknownPage"


def test_every_answer_has_a_code_of_its_own(office: Site) -> None:
    client = office.app.test_client()

    codes = [client.get("/ingresar").headers["X-Request-ID"] for _ in range(3)]
    forged = client.get("/ingresar", headers={"X-Request-ID": "de-fuera-1"}).headers["X-Request-ID"]

    assert len(set(codes)) == 3 and all(CODE.fullmatch(code) for code in [*codes, forged])
    assert logs.request_id.get() == ""


def test_what_a_view_refuses_by_itself_is_told_once(office: Site) -> None:
    visitor = office.visitor("amartinez")
    visitor.open("/seguimiento")
    task = next(href for href in visitor.page().xpath("//a/@href") if href.endswith("/reasignar"))
    visitor.open(task)

    with kept_log() as log:
        visitor.press(task, 422, motivo="")

    (line,) = log.of("refused")
    assert (line["status"], line["endpoint"], line["user"]) == (422, "boards.reassign", "amartinez")


def test_a_proxy_may_name_the_request(office: Site) -> None:
    behind = replace(office.application, config=replace(office.application.config, proxies=1))
    client = create_app(behind).test_client()

    codes = [client.get("/ingresar", headers={"X-Request-ID": given}).headers["X-Request-ID"] for given in
             ("proxy-4711", "<script>", "x" * 65)]  # fmt: skip

    assert codes[0] == "proxy-4711" and all(CODE.fullmatch(code) for code in codes[1:])


def test_signing_in_is_logged_by_user_and_a_name_that_nobody_has_is_not(office: Site) -> None:
    with kept_log() as log:
        office.visitor("rmora")
        office.visitor().sign_in("rmora", "otra frase cualquiera", status=422)
        office.visitor().sign_in("mi clave secreta", "x", status=422)

    told = [(line["outcome"], line["user"]) for line in log.of("sign-in")]
    assert told == [("ok", "rmora"), ("failed", "rmora"), ("failed", None)]
    assert "secreta" not in log.getvalue() and PASSWORD not in log.getvalue()


@pytest.mark.parametrize("form", logs.FORMATS)
def test_nothing_that_people_type_reaches_the_log(office: Site, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    # Given forms with personal text: refused, forbidden, not understood, and one whose handling fails quoting it
    def quoting(*_: object, **__: object) -> None:
        raise ValueError(f"no se entiende {TYPED}") from KeyError(TYPED)

    with kept_log(form) as log:
        visitor = office.visitor("amartinez")
        visitor.open("/seguimiento")
        task = next(href for href in visitor.page().xpath("//a/@href") if href.endswith("/reasignar"))
        visitor.open(task)
        token = ("csrf_token", dict(visitor.fields(task))["csrf_token"])
        fields = [token, ("persona", TYPED), ("motivo", TYPED)]
        visitor.send(task, fields, status=404)
        visitor.send("/personas/amartinez/roles", fields, status=403)
        visitor.open(f"/correos/{TYPED}", status=404)
        monkeypatch.setattr("web.boards.views.commands.reassign", quoting)
        visitor.send(task, [token, ("persona", "rmora"), ("motivo", TYPED)], status=500)

    # Then the log tells all of them, where the last one failed, and no word of it
    said = log.getvalue()
    assert said.count("refused") == 3 and "unexpected error" in said
    assert "builtins.ValueError" in said and "builtins.KeyError" in said and "in reassign" in said
    assert not [word for word in ("Esperanza", "Quintero", "52.345", "cédula") if word in said]


def test_a_line_of_text_carries_its_fields_and_its_code() -> None:
    with kept_log("text") as log:
        token = logs.request_id.set("K7Q2-9XDM")
        logging.getLogger("web.prueba").info("mails", extra={"fields": {"sent": 3, "ms": 41}})
        logs.request_id.reset(token)

    assert log.getvalue().rstrip().endswith("INFO web.prueba: mails sent=3 ms=41 [K7Q2-9XDM]")


def test_a_round_of_mails_is_one_line_with_counts_and_an_idle_one_is_a_detail(office: Site) -> None:
    with kept_log() as log:
        delivery.deliver(office.application)

    (line,) = log.of("mails")
    assert line["level"] == "DEBUG" and line["sent"] == 0 and line["ms"] >= 0


def test_json_lines_hold_one_object_each_whatever_is_said() -> None:
    with kept_log() as log:
        said = "dos\nlíneas"
        try:
            raise RuntimeError(said)
        except RuntimeError:
            logging.getLogger("web").exception("falló\nalgo")

    (text,) = log.getvalue().splitlines()
    line = json.loads(text)
    assert line["error"] == "builtins.RuntimeError" and "test_logging.py" in line["trace"]
    assert "dos" not in line["trace"]


def test_the_form_of_the_log_is_a_setting(tmp_path: Path) -> None:
    def config(text: str) -> str:
        return Config.from_environment({"CAUCE_HOME": str(tmp_path), "CAUCE_LOG": text}).log

    assert [config(""), config("JSON"), config("text")] == ["text", "json", "text"]
    with pytest.raises(InvalidSetting, match="CAUCE_LOG"):
        config("xml")


def test_a_sender_that_is_no_address_is_refused_when_starting(tmp_path: Path) -> None:
    settings = {"CAUCE_HOME": str(tmp_path), "CAUCE_MAIL_FROM": "Cauce sin dirección"}

    with pytest.raises(InvalidSetting, match="CAUCE_MAIL_FROM"):
        Config.from_environment(settings)


def test_the_log_is_set_up_for_libraries_that_warn_and_for_us(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Callable[..., object]] = []
    monkeypatch.setattr(logging, "basicConfig", lambda **options: seen.append(options["handlers"][0]))
    levels = {name: logging.getLogger(name).level for name in logs.OURS}
    try:
        logs.begin("json")
        (handler,) = seen
        assert isinstance(handler, logging.Handler) and isinstance(handler.formatter, logs.JsonLines)
        assert {logging.getLogger(name).level for name in logs.OURS} == {logging.INFO}
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
