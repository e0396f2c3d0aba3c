"""The server is killed while files arrive: what was answered is whole, what was not left nothing."""

from __future__ import annotations

import hashlib
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from engine.database import Database
from tests.e2e.test_killed import server
from tests.support.remote import BROKEN, Browser, Fields, Server
from web import torn
from workflows.documents.models import FileContent, StoredFile
from workflows.forms.models import FormDraft

__all__ = ["server"]

MEGABYTE = 1024 * 1024


@dataclass
class Uploader:
    """Somebody who attaches one large file after the other to a draft, and tries again while nobody answers."""

    username: str
    browser: Browser
    over: threading.Event
    chance: random.Random
    answered: set[str] = field(default_factory=set)
    begun: int = 0
    refused: list[str] = field(default_factory=list)

    def work(self) -> None:
        signed_in = False
        while not self.over.is_set():
            try:
                if not signed_in:
                    self.browser.become(self.username)
                    signed_in = True
                self._attach(self._task())
            except BROKEN:
                time.sleep(0.05)

    def _task(self) -> str:
        links = self.browser.get("/bandeja").page().xpath("//a/@href")
        for path in dict.fromkeys(link for link in links if re.fullmatch(r"/tareas/\d+", link)):
            if self.browser.get(path).page().xpath("//form[@id='formulario']//input[@type='file']"):
                return str(path)
        raise AssertionError(f"{self.username} has no task that takes a file")

    def _attach(self, path: str) -> None:
        form = self.browser.get(path).page().get_element_by_id("formulario")
        name = form.xpath(".//input[@type='file']/@name")[0]
        content = b"%PDF-1.7 " + self.chance.randbytes(self.chance.randrange(MEGABYTE, 6 * MEGABYTE))
        fields: Fields = [(key, value) for key, value in form.form_values() if key != "_accion"]
        fields += [("_accion", "guardar"), (name, ("soporte.pdf", content))]
        self.begun += 1
        answer = self.browser.post(path, fields)
        if answer.status == 303:
            self.answered.add(hashlib.sha256(content).hexdigest())
        else:
            self.refused.append(f"{answer.status}: {' '.join(answer.page().text_content().split())[:500]}")


@pytest.mark.parametrize("kills", [2, pytest.param(40, marks=pytest.mark.slow)])
def test_a_killed_upload_leaves_no_orphan_and_no_half_file(server: Server, kills: int) -> None:
    chance, over = random.Random(kills), threading.Event()
    server.start()
    people = [Uploader(name, Browser(server.address), over, random.Random(name)) for name in ("sruiz", "dsuarez")]
    threads = [threading.Thread(target=person.work, daemon=True) for person in people]
    for thread in threads:
        thread.start()
    for _ in range(kills):
        _until_more(people, lambda person: person.begun)
        time.sleep(chance.uniform(0, 0.5))
        server.kill()
        server.start()
    _until_more(people, lambda person: len(person.answered))
    over.set()
    for thread in threads:
        thread.join(timeout=60)
    server.stop()

    assert [person.refused for person in people] == [[], []]
    answered = set().union(*(person.answered for person in people))
    database = Database(f"sqlite:///{server.home / 'cauce.sqlite'}")
    with torn.watched(database), database.reading() as session:
        files = session.scalars(sa.select(StoredFile).where(StoredFile.name == "soporte.pdf")).all()
        drafts = " ".join(str(values) for values in session.scalars(sa.select(FormDraft.values)))
        whole = dict(session.execute(sa.select(FileContent.sha256, FileContent.content)).all())
    database.dispose()
    assert answered <= {file.sha256 for file in files}
    assert [file.id for file in files if not re.search(rf"\b{file.id}\b", drafts)] == []
    assert all(hashlib.sha256(whole[file.sha256]).hexdigest() == file.sha256 for file in files)
    code, said = server.doctor()
    assert code == 0, said
    begun = sum(person.begun for person in people)
    print(f"{kills} kills: {begun} uploads begun, {len(answered)} answered, {len(files)} kept")
    assert len(answered) >= 1


def _until_more(people: list[Uploader], count: Callable[[Uploader], int]) -> None:
    before, limit = sum(map(count, people)), time.monotonic() + 30
    while sum(map(count, people)) == before and time.monotonic() < limit:
        time.sleep(0.01)
