"""A program that uses the API with a token, as another system would."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine.identity import Actor
from tests.support.web import Site
from web.auth import tokens
from web.auth.scopes import Scope

_keys = itertools.count(1)


@dataclass
class Program:
    """A client of the API: what it sends carries its token."""

    client: FlaskClient
    token: str
    language: str = "es"

    def ask(self, method: str, path: str, status: int | None = None, **sent: Any) -> TestResponse:
        """Ask for `/api/v1` and `path`; `status` is what is expected, any where none is given."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": self.language, **sent.pop("headers", {})}
        answer = self.client.open(f"/api/v1{path}", method=method, headers=headers, **sent)
        assert status is None or answer.status_code == status, f"{answer.status_code}: {answer.text[:1500]}"
        return answer

    def get(self, path: str, status: int = 200) -> Any:
        """What stands at an address."""
        return self.ask("GET", path, status).json

    def post(self, path: str, json: Any = None, status: int = 201, key: str = "") -> Any:
        """Do something; under a key of its own, where none is given."""
        headers = {"Idempotency-Key": key or f"prueba-{next(_keys)}"}
        return self.ask("POST", path, status, json=json, headers=headers).json

    def all(self, path: str, limit: int = 50) -> list[Any]:
        """Every item of a list, page after page."""
        items, cursor, mark = [], "", "&" if "?" in path else "?"
        while True:
            page = self.get(f"{path}{mark}limit={limit}&cursor={cursor}")
            items += page["items"]
            if page["next"] is None or not page["items"]:
                return items
            cursor = page["next"]


def program(site: Site, username: str, scopes: Collection[Scope] = tuple(Scope), language: str = "es") -> Program:
    """A program that acts as somebody."""
    with site.application.database.unit_of_work() as session:
        text = tokens.make(session, site.application.clock, username, "Prueba", scopes, 30, actor=Actor(username))
    return Program(site.app.test_client(use_cookies=False), text, language)
