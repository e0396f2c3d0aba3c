"""Steps that an owner takes away in the browser: what is published, because it lints clean, runs to its end."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from engine.definitions import catalogue
from tests.browser.conftest import Live
from tests.diagrams.deletions import Deletion
from tests.diagrams.surroundings import shipped
from tests.diagrams.test_deletions import SEEDS, played

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEN, SEED = 10, 7


def offered(page: Page) -> list[tuple[str, str]]:
    """Every step that a table offers to take away: the process, and what its button says."""
    found = []
    for key in sorted(shipped()):
        page.goto(f"/procesos/{key}/tareas")
        buttons = page.get_by_role("button", name=re.compile("^Quitar "))
        found += [(key, str(one.get_attribute("aria-label"))) for one in buttons.all()]
    return found


def take_away(page: Page, key: str, label: str) -> bool:
    """Take it away and publish that if its page lets one; whether it did."""
    page.goto(f"/procesos/{key}/tareas")
    page.get_by_role("button", name=label, exact=True).first.click()
    expect(page.get_by_role("status").first).to_contain_text("se quitó del borrador")
    page.goto(f"/procesos/{key}/publicar")
    button = page.get_by_role("button", name="Publicar la nueva versión")
    if button.is_disabled():
        expect(page.locator("main")).to_contain_text("✕ Error")
        return False
    page.get_by_label("Por qué se publica").fill("Ese paso no se usa.")
    page.get_by_label("En cuanto se publique").check()
    button.click()
    expect(page.get_by_role("status").first).to_contain_text("Publicada la versión 2.")
    return True


def test_ten_steps_are_taken_away_and_what_is_published_runs(live: Live, tmp_path: Path) -> None:
    page, chance = live.page("amartinez"), random.Random(SEED)
    steps = offered(page)
    chance.shuffle(steps)
    one_each = list({key: label for key, label in steps}.items())[:TEN]

    published = [(key, label) for key, label in one_each if take_away(page, key, label)]

    broken = {}
    for key, label in published:
        with live.site.application.database.reading() as session:
            xml = catalogue.current(session, key).xml(key)
        if trouble := played(Deletion("step", key, label, diagram=xml), tmp_path, range(SEEDS)):
            broken[f"{key}: {label}"] = trouble
    print(f"{len(published)} of {len(one_each)} were published")
    assert len(one_each) == TEN
    assert len(published) > 0
    assert broken == {}
    assert live.complaints == []
