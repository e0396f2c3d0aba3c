"""Published pages and files are frozen: rendered once, kept by browsers, asked for again with 304."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.support.plan import PLAN
from tests.support.web import PLAYED_UNTIL, Site, build_played_template, open_site
from workflows.cycles.models import Period
from workflows.monitoring.models import Measurement
from workflows.people.models import Person
from workflows.plan.models import Plan

JUNE = f"/portal/{PLAN}/2018-06"
PAPERS = [f"{JUNE}/informe.{suffix}" for suffix in ("pdf", "docx", "xlsx", "html")]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_played_template(tmp_path_factory.mktemp("frozen"))


@pytest.fixture
def site(played: Path, tmp_path: Path) -> Site:
    site = open_site(played, tmp_path)
    site.clock.move_to(PLAYED_UNTIL)
    return site


@pytest.mark.parametrize("path", [JUNE, *PAPERS, f"{JUNE}/datos.json", f"{JUNE}/datos.csv"])
def test_what_is_frozen_is_asked_for_again_without_being_sent(site: Site, path: str) -> None:
    stranger = site.visitor().client
    first = stranger.get(path)

    again = stranger.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert first.status_code == 200
    assert first.cache_control.public and (first.cache_control.max_age or 0) >= 300
    assert (again.status_code, again.get_data()) == (304, b"")


def test_the_page_says_what_its_documents_say_whatever_is_changed_later(site: Site) -> None:
    stranger = site.visitor()
    stranger.open(JUNE)
    before = stranger.page().xpath("string(//article)")

    with site.application.database.unit_of_work() as session:
        session.execute(sa.update(Person).values(name="Otra"))
        session.execute(sa.update(Measurement).values(value=1))

    stranger.open(JUNE)
    assert stranger.page().xpath("string(//article)") == before
    assert "2018" in before and "Indicadores" in before


def test_what_may_still_change_is_asked_for_every_time(site: Site) -> None:
    stranger = site.visitor().client
    path = f"/portal/{PLAN}"
    first = stranger.get(path)
    with site.application.database.unit_of_work() as session:
        session.execute(sa.update(Plan).values(name="El plan que se modificó"))

    again = stranger.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert first.cache_control.no_cache and not first.cache_control.public
    assert again.status_code == 200 and "El plan que se modificó" in again.text


def test_a_month_that_is_taken_back_is_gone_at_once_for_who_asks(site: Site) -> None:
    stranger = site.visitor().client
    tag = stranger.get(JUNE).headers["ETag"]
    with site.application.database.unit_of_work() as session:
        session.execute(sa.update(Period).where(Period.code == "2018-06").values(published_at=None))

    assert stranger.get(JUNE, headers={"If-None-Match": tag}).status_code == 404


def test_who_signed_in_is_no_part_of_what_others_keep(site: Site) -> None:
    answer = site.visitor("amartinez").client.get(JUNE)

    assert answer.cache_control.no_cache and not answer.cache_control.public
    assert "Cookie" in answer.headers["Vary"]
