"""The pictures of the guide *Hacer mis tareas*: made when `CAUCE_SCREENSHOTS=1`, of the pages as they are."""

from __future__ import annotations

import datetime as dt
import os

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page

from engine.tasks.models import UserTask
from tests.browser.conftest import Live
from tests.browser.story import IMAGES
from tests.browser.test_every_page import PHONE
from tests.support.plan import demo_data
from workflows.simulation.playing import Play
from workflows.simulation.robots import Robots
from workflows.simulation.values import Reality

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not os.environ.get("CAUCE_SCREENSHOTS"), reason="only makes pictures"),
]
DESK = {"width": 1280, "height": 860}
OF = "DADEP"


def open_task(live: Live, element_id: str) -> int:
    with live.site.application.database.reading() as session:
        query = sa.select(UserTask).where(UserTask.element_id == element_id, UserTask.state == "open")
        return next(one.id for one in session.scalars(query) if one.variables.get("entidad") == OF)


def robot(live: Live, element_id: str) -> None:
    application = live.site.application
    robots = Robots(today=lambda: dt.date(2018, 8, 8), reality=Reality(7, demo_data().measurements))
    play = Play(application.database, application.engine, application.forms, robots, live.site.clock)
    assert play.work(open_task(live, element_id))


def picture(page: Page, name: str) -> None:
    page.wait_for_timeout(400)
    page.screenshot(path=IMAGES / f"tareas-{name}.png")


def test_the_pictures_of_the_guide(played: Live) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    task = f"/tareas/{open_task(played, 'reportar_avance')}"
    owner, phone = played.page("ocardenas", viewport=DESK), played.page("ocardenas", viewport=PHONE)
    owner.goto(f"{task}/apoyo")
    rows = owner.get_by_role("checkbox")
    rows.nth(0).check()
    rows.nth(1).check()
    owner.get_by_label("A quién").select_option("nquiroga")
    owner.locator("[name=hasta]").fill("08/08/2018")
    owner.get_by_label("Qué debe saber").fill("Los datos de estas dos los tiene usted. Falta el soporte.")
    picture(owner, "1-pedir-filas")
    owner.get_by_role("button", name="Pedir").click()
    owner.wait_for_url(f"**{task}")
    helper = played.page("nquiroga", viewport=DESK)
    helper.goto(task)
    picture(helper, "2-llenar-lo-pedido")
    helper.locator("input.val").first.fill("1,5")
    helper.get_by_role("button", name="Entregar a").click()
    helper.wait_for_url("**/bandeja")
    owner.goto(task)
    owner.locator("input.val").first.fill("8")
    owner.locator("button.toggle").first.click()
    owner.locator("[data-chip] .chip").first.wait_for()
    picture(owner, "3-reportar")
    phone.goto(task)
    phone.locator("[data-row].present").evaluate("it => it.scrollIntoView()")
    picture(phone, "4-reportar-en-el-celular")

    robot(played, "reportar_avance")
    robot(played, "reportar_ejecucion")
    liaison = played.page("bdiaz", viewport=DESK)
    liaison.goto(f"/tareas/{open_task(played, 'validar_reporte')}")
    picture(liaison, "5-validar")
    liaison.locator("main a[data-look]").first.click()
    liaison.locator(".look .preview table, .look .preview pre").first.wait_for()
    picture(liaison, "6-el-soporte-al-lado")
    robot(played, "validar_reporte")
    head = played.page("ftorres", viewport=PHONE)
    head.goto(f"/tareas/{open_task(played, 'avalar_reporte')}")
    picture(head, "7-avalar-en-el-celular")
    head.get_by_role("link", name="Devolver…").click()
    assert head.get_by_label("Avalo", exact=False).first.is_visible()
    owner.goto("/plan/PES-GOB/indicadores/IP-2.1.1")
    picture(owner, "8-todo-de-un-indicador")
    owner.goto("/bandeja/filtrar?vista=terminadas")
    picture(owner, "9-lo-que-respondi")
    assert played.complaints == []
