"""The twenty changes that owners ask for, walked from the process's page as the guide says, each to its effect.

A click is a press of the mouse or of Enter; a choice from a list is two; typing and moving are free.
The pictures of the guide are made here: `CAUCE_SCREENSHOTS=1`.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Locator, Page, expect

from engine.definitions import publishing, reviewing
from engine.instances.models import Instance
from engine.tasks.models import TaskCandidate, UserTask
from tests.browser.conftest import Live
from tests.browser.story import DESKTOP, IMAGES
from tests.support import petitions
from tests.support.plan import PLAN
from workflows.cycles import opening as cycles
from workflows.errors import InvalidSubmission
from workflows.monitoring import periods
from workflows.people import asking, directory
from workflows.people.models import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REPORT = "sub_reporte_entidad"
PATIENCE = 180_000
"""For a rehearsal, where other work is done beside it."""
ACCEPTED = {"semaforo": "verde", "decision": "aceptada", "filas": []}
RETURNED = {"semaforo": "verde", "decision": "devuelta", "filas": []}


@dataclass
class Hand:
    """Somebody at a process, whose presses are counted."""

    live: Live
    page: Page
    key: str
    clicks: int = 0

    def tab(self, name: str) -> None:
        self.press(self.page.get_by_label("Partes del proceso").get_by_role("link", name=name, exact=True))

    def press(self, target: Locator) -> None:
        self.clicks += 1
        target.click()
        self.page.wait_for_load_state()

    def button(self, name: str | re.Pattern[str], inside: Locator | None = None) -> None:
        self.press((inside or self.page).get_by_role("button", name=name, exact=isinstance(name, str)).first)

    def link(self, name: str | re.Pattern[str]) -> None:
        self.press(self.page.get_by_role("link", name=name, exact=isinstance(name, str)).first)

    def choose(self, target: Locator, label: str) -> None:
        self.clicks += 2
        with self.page.expect_response(lambda _one: True, timeout=4_000) if _asks(target) else nullcontext():
            target.select_option(label=label)

    def form(self, task: str) -> None:
        """Open the form of a task from the list of those of the process."""
        self.press(self.page.get_by_role("row", name=task).get_by_role("link").first)

    def enter(self) -> None:
        self.clicks += 1
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def picture(self, name: str, at: str = "main") -> None:
        """Keep what is seen for the guide, if asked to."""
        if os.environ.get("CAUCE_SCREENSHOTS"):
            folder = Path(os.environ.get("CAUCE_PICTURES", IMAGES))
            self.page.evaluate("at => document.querySelector(at)?.scrollIntoView()", at)
            self.page.wait_for_timeout(200)
            self.page.screenshot(path=folder / f"receta-{name}.png")

    def publish(self, reason: str = "Lo pidió la oficina.") -> None:
        """Publish the draft: no request counts it."""
        self.page.goto(f"/procesos/{self.key}/publicar")
        self.page.get_by_label("Por qué se publica").fill(reason)
        self.page.get_by_label("En cuanto se publique").check()
        self.page.get_by_role("button", name=re.compile("Publicar (la nueva versión|el proceso)")).click()
        expect(self.page.get_by_role("status").first).to_contain_text("Publicada la versión")


def _asks(target: Locator) -> bool:
    return target.get_attribute("data-refresh") is not None


@pytest.fixture
def at(live: Live):
    """Somebody on the page of a process."""

    def there(key: str, username: str = "amartinez") -> Hand:
        page = live.page(username, viewport=DESKTOP)
        page.goto(f"/procesos/{key}")
        return Hand(live, page, key)

    yield there
    assert live.complaints == []


@pytest.fixture
def office(live: Live) -> Live:
    """With the small process of petitions."""
    petitions.publish(live.site)
    return live


def open_july(live: Live) -> None:
    live.site.clock.move_to(dt.datetime(2018, 8, 1, 14, tzinfo=dt.UTC))
    with live.site.application.database.unit_of_work() as session:
        cycles.open_due(session, live.site.application.engine, plan_code=PLAN)


def tasks(live: Live, element: str) -> list[UserTask]:
    with live.site.application.database.reading() as session:
        found = list(session.scalars(sa.select(UserTask).where(UserTask.element_id == element).order_by(UserTask.id)))
        session.expunge_all()
    return found


def day(moment: dt.datetime | None) -> str:
    assert moment is not None
    return (moment - dt.timedelta(hours=5)).date().isoformat()


def seen(hand: Hand) -> int:
    """How many findings stand open on the drawing."""
    hand.page.goto(f"/procesos/{hand.key}/editar")
    hand.page.wait_for_selector("#editor[data-ready]")
    expect(hand.page.locator("[data-part=summary]")).not_to_contain_text("Revisando")
    return hand.page.locator("[data-part=findings] > li").count()


def test_01_seven_days_instead_of_five(at, live):
    hand = at(REPORT)

    hand.tab("Tabla")
    hand.page.locator("#days-reportar_avance").fill("7")
    hand.enter()
    expect(hand.page.get_by_role("status").first).to_contain_text("borrador")
    hand.picture("01")
    clicks = hand.clicks
    hand.page.goto(f"/procesos/{REPORT}/publicar")
    warned = hand.page.locator("main").inner_text()

    assert clicks <= 2
    assert "Fin del día hábil 6" in warned or "cierra" in warned
    assert seen(hand) <= 3
    hand.publish()
    open_july(live)
    assert {day(one.due_at) for one in tasks(live, "reportar_avance")} == {"2018-07-09", "2018-08-10"}


def test_02_remind_four_days_before(at, live):
    hand = at(REPORT)

    hand.tab("Tabla")
    hand.press(hand.page.locator("#paso-reportar_avance").get_by_role("link", name=re.compile("Toda la ficha")))
    hand.page.get_by_label("Recordatorios").fill("-4,-1,0,+1")
    hand.enter()
    hand.picture("02")

    assert hand.clicks <= 3
    expect(hand.page.get_by_role("status").first).to_contain_text("se avisa")
    hand.publish()
    open_july(live)
    before, *after = [one.properties["recordatorios"] for one in tasks(live, "reportar_avance")]
    assert (before, after[-1]) == ("-3,-1,0,+1", "-4,-1,0,+1")


def test_03_a_step_that_others_need_is_deleted_and_comes_back(at, live):
    hand = at(REPORT)

    hand.tab("Tabla")
    hand.button(re.compile("^Quitar «?Repartir el reporte"))
    clicks = hand.clicks
    found = seen(hand)
    hand.picture("03")
    hand.page.goto(f"/procesos/{REPORT}/publicar")
    blocked = hand.page.get_by_role("button", name="Publicar la nueva versión").is_disabled()
    hand.page.goto(f"/procesos/{REPORT}/tareas")
    hand.clicks = 0
    hand.button("Deshacer el último cambio")

    assert (clicks <= 2, hand.clicks) == (True, 1)
    assert blocked
    assert found <= 3
    expect(hand.page.locator("#paso-repartir_reporte")).to_have_count(1)
    assert seen(hand) == 0


def test_04_a_step_with_who_when_and_form(at, office):
    running = petitions.begin(office.site, "P-1")
    hand = at(petitions.KEY)

    hand.tab("Tabla")
    hand.button(re.compile("^Agregar un paso después de «?Responder"))
    hand.page.get_by_label("Nombre", exact=True).fill("Revisar soportes")
    hand.choose(hand.page.get_by_label("Quién la hace"), "Enlace de planeación de la entidad")
    hand.page.get_by_label("Plazo (días hábiles)").fill("2")
    hand.choose(hand.page.get_by_label("Formulario", exact=True), "Nota")
    hand.button("Guardar en el borrador")
    hand.picture("04")
    clicks = hand.clicks
    hand.page.goto(f"/procesos/{petitions.KEY}/editar")
    hand.page.wait_for_selector("#editor[data-ready]")
    hand.picture("04-dibujo", "#editor")

    assert clicks <= 8
    assert seen(hand) <= 1
    hand.publish()
    after = petitions.begin(office.site, "P-2")
    for case in (running, after):
        case.answer(ACCEPTED)
        case.answer({"texto": "Sí."})
    assert (running.at(), after.at()) == (["Archivar"], ["Revisar soportes"])
    (task,) = after.open_tasks()
    assert day(task.due_at) == "2018-07-10"


def test_05_also_when_the_light_is_red(at, office):
    running = petitions.begin(office.site, "P-1")
    hand = at(petitions.KEY)

    hand.tab("Condiciones")
    answer = hand.page.get_by_role("group", name="Respuesta 1")
    hand.button("+ Otra condición", answer)
    expect(answer.get_by_label("Cómo se juntan las condiciones")).to_be_visible()
    hand.choose(answer.get_by_label("Cómo se juntan las condiciones"), "o")
    hand.choose(answer.get_by_label("De qué dato").last, "Semáforo")
    value = answer.get_by_label("Con qué se compara").last
    expect(value.locator("option")).to_have_text(["— elija —", "Rojo", "Amarillo", "Verde"])
    hand.choose(value, "Rojo")
    expect(answer.locator(".said")).to_contain_text("Rojo")
    hand.picture("05", "form.decision")
    hand.button("Guardar en el borrador")

    assert hand.clicks <= 9
    assert seen(hand) == 0
    hand.publish()
    after = petitions.begin(office.site, "P-2")
    red = RETURNED | {"semaforo": "rojo"}
    assert (running.answer(red), after.answer(red)) == ([], ["Responder"])


def test_06_when_any_row_is_to_be_cleared_up(at, office):
    running = petitions.begin(office.site, "P-1")
    hand = at(petitions.KEY)

    hand.tab("Condiciones")
    answer = hand.page.get_by_role("group", name="Respuesta 1")
    datum = answer.get_by_label("De qué dato").first
    rows = next(one for one in datum.locator("option").all_inner_texts() if "Estado" in one)
    hand.choose(datum, rows)
    expect(answer.get_by_label("Qué se le pregunta").locator("option:checked")).to_contain_text("en alguna fila es")
    hand.choose(answer.get_by_label("Con qué se compara"), "Aclarar")
    expect(answer.locator(".said")).to_contain_text("Aclarar")
    hand.picture("06", "form.decision")
    hand.button("Guardar en el borrador")

    assert hand.clicks <= 9
    hand.publish()
    after = petitions.begin(office.site, "P-2")
    row = RETURNED | {"filas": [{"asunto": "Uno", "estado": "aclarar"}]}
    assert (running.answer(row), after.answer(row)) == ([], ["Responder"])


def test_07_a_new_role_of_each_entity(at, office):
    running = petitions.begin(office.site, "P-1")
    running.answer(ACCEPTED)
    hand = at(petitions.KEY)

    hand.tab("Dibujo")
    hand.page.wait_for_selector("#editor[data-ready]")
    hand.press(hand.page.locator('[data-element-id="archivar"]').first)
    hand.link(re.compile("Crear un rol"))
    hand.page.get_by_label("Nombre").fill("Ventanilla")
    people = hand.page.get_by_role("group", name="Personas del sector")
    hand.press(people.get_by_label(re.compile("Carlos Vega")))
    hand.press(people.get_by_label(re.compile("Ricardo Mora")))
    hand.button("Crear el rol")
    hand.picture("07")

    assert hand.clicks <= 7
    expect(hand.page.locator("main")).to_contain_text("Ventanilla")
    expect(hand.page.locator("main")).to_contain_text("DADEP")
    assert seen(hand) <= 3
    hand.page.goto(f"/procesos/{petitions.KEY}/publicar")
    expect(hand.page.get_by_role("button", name="Publicar la nueva versión")).to_be_disabled()
    expect(hand.page.locator("main")).to_contain_text("falta que la administración lo dé")
    with office.site.application.database.unit_of_work() as session:
        for one in asking.open_ones(session, {"GOB"}, "ventanilla"):
            asking.answer(session, session.get_one(Role, "ventanilla"), one.username, "GOB", gives=True)
    hand.publish()
    after = petitions.begin(office.site, "P-2")
    after.answer(ACCEPTED)
    whose = []
    for case in (running, after):
        case.answer({"texto": "Sí."})
        (task,) = case.open_tasks()
        with office.site.application.database.reading() as session:
            query = sa.select(TaskCandidate.group_id).where(TaskCandidate.task_id == task.id)
            whose.append(list(session.scalars(query)))
    assert whose == [["coordinador_pes@GOB"], ["ventanilla@GOB/IDPAC"]]


def test_08_a_form_with_a_number_options_and_a_file(at, office):
    running = petitions.begin(office.site, "P-1")
    running.answer(ACCEPTED)
    running.answer({"texto": "Sí."})
    hand = at(petitions.KEY)

    hand.tab("Formularios")
    hand.link(re.compile("^Crear otro.*para Archivar"))
    hand.page.get_by_label("Cómo se llama").fill("Calificar")
    hand.enter()
    hand.link(re.compile("^\\+ Número"))
    hand.page.get_by_label("Qué se pregunta").fill("Puntaje")
    hand.page.get_by_label("Desde", exact=True).fill("1")
    hand.page.get_by_label("Hasta", exact=True).fill("3")
    hand.button(re.compile("^\\+ Una opción"))
    hand.page.get_by_label("Qué se pregunta").fill("Resultado")
    hand.page.get_by_label("Opción 1", exact=True).fill("Bien")
    hand.page.get_by_label("Opción 2", exact=True).fill("Mal")
    hand.button(re.compile("^\\+ Archivos"))
    hand.page.get_by_label("Qué se pregunta").fill("Soporte")
    hand.enter()
    hand.picture("08")
    clicks = hand.clicks
    hand.link("Probarlo")
    hand.page.get_by_label("Puntaje").fill("4")
    hand.page.locator(".preview button[value=enviar]").click()
    hand.picture("08-probarlo")

    assert clicks <= 8
    expect(hand.page.locator("main")).to_contain_text("3")
    expect(hand.page.locator("#errores, .error").first).to_be_visible()
    assert office.complaints.pop().endswith(
        "422 (UNPROCESSABLE ENTITY)"
    )  # what it refuses is told so to the browser too
    hand.publish()
    after = petitions.begin(office.site, "P-2")
    after.answer(ACCEPTED)
    after.answer({"texto": "Sí."})
    with pytest.raises(InvalidSubmission):
        after.answer({"puntaje": "4", "resultado": "bien"})
    assert after.answer({"puntaje": "3", "resultado": "bien"}) == []
    assert running.answer({"texto": "Archivada."}) == []


def test_09_the_reason_only_if_returned(at, office):
    running = petitions.begin(office.site, "P-1")
    hand = at(petitions.KEY)

    hand.tab("Formularios")
    hand.form("Recibir la petición")
    hand.link("Motivo")
    hand.press(hand.page.get_by_label("Solo cuando…"))
    expect(hand.page.get_by_label("De qué dato").locator("option:checked")).to_have_text("Decisión")
    hand.choose(hand.page.get_by_label("Con qué se compara"), "Devuelta")
    hand.page.get_by_label("Al menos (letras)").fill("10")
    hand.picture("09", "#campo")
    hand.page.get_by_label("Al menos (letras)").focus()
    hand.enter()
    clicks = hand.clicks
    hand.page.get_by_label("Por qué se publica").fill("Para saber por qué.")
    hand.page.get_by_role("button", name="Publicar la nueva versión").click()
    expect(hand.page.get_by_role("status").first).to_contain_text("Publicad")

    assert clicks <= 7
    after = petitions.begin(office.site, "P-2")
    assert running.answer(RETURNED | {"motivo": "corto"}) == []
    with pytest.raises(InvalidSubmission):
        after.answer(RETURNED | {"motivo": "corto"})
    assert after.answer(RETURNED | {"motivo": "Le faltan los soportes."}) == []


def test_what_is_typed_while_the_menus_follow_stays(at, office):
    hand, held = at(petitions.KEY), []
    hand.page.goto("/procesos/formularios/peticion/campos/motivo")
    hand.page.route(
        re.compile("/campos/motivo$"), lambda one: held.append(one) if one.request.method == "POST" else one.continue_()
    )

    hand.page.get_by_label("Solo cuando…").click()
    hand.page.get_by_label("Al menos (letras)").fill("10")
    (asked,) = held
    asked.continue_()

    expect(hand.page.get_by_label("De qué dato")).to_be_visible()
    expect(hand.page.get_by_label("Al menos (letras)")).to_have_value("10")


def test_10_a_table_with_three_columns(at, office):
    running = petitions.begin(office.site, "P-1")
    hand = at(petitions.KEY)

    hand.tab("Formularios")
    hand.form("Archivar")
    hand.link(re.compile("^\\+ Tabla"))
    hand.page.get_by_label("Cómo se llama").fill("Soportes")
    for place, name in enumerate(("Qué", "Cuántos", "Para cuándo"), start=1):
        if not hand.page.get_by_label(f"Columna {place}", exact=True).count():
            hand.button("+ Columna")
        hand.page.get_by_label(f"Columna {place}", exact=True).fill(name)
    hand.picture("10", "#campo")
    hand.page.get_by_label("Columna 1", exact=True).focus()
    hand.enter()

    clicks = hand.clicks
    hand.page.get_by_label("Por qué se publica").fill("Piden los soportes.")
    hand.page.get_by_role("button", name="Publicar la nueva versión").click()
    expect(hand.page.get_by_role("status").first).to_contain_text("Publicad")

    assert clicks <= 6
    after = petitions.begin(office.site, "P-2")
    asked = []
    for case in (running, after):
        case.answer(ACCEPTED)
        (task,) = case.open_tasks()
        hand.page.goto(f"/tareas/{task.id}")
        asked.append("Para cuándo" in hand.page.locator("main").inner_text())
    assert asked == [False, True]


def test_11_monthly(at, live):
    key = "mensual"
    with live.site.application.database.unit_of_work() as session:
        xml = (
            petitions.drawn(entity=False)
            .replace(b'id="peticiones"', b'id="mensual"')
            .replace(b'processRef="peticiones"', b'processRef="mensual"')
        )
        publishing.publish(
            session, live.site.application.engine, [xml], {"peticion": petitions.PETITION, "nota": petitions.NOTE},
            actor=directory.actor(session, "amartinez"), reason="x",
        )  # fmt: skip
    hand = at(key)

    hand.tab("Comienzo")
    hand.press(hand.page.get_by_label("Solo, por el calendario"))
    expect(hand.page.locator(".dates li")).to_have_count(12)
    hand.picture("11")
    hand.button("Guardar en el borrador")
    clicks = hand.clicks
    hand.page.goto(f"/procesos/{key}/publicar")
    expect(hand.page.locator("main")).to_contain_text("abre 0 casos")
    hand.publish()

    assert clicks <= 3
    open_july(live)
    with live.site.application.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).where(Instance.process_key == key)) == 1


def test_12_begin_one_for_an_entity(at, office):
    hand = at(petitions.KEY)

    hand.link("Empezar uno")
    expect(hand.page.locator("main")).to_contain_text("Entidad")
    entity = hand.page.locator("#f-entidad")
    hand.choose(
        entity,
        next(one for one in entity.locator("option").all_inner_texts() if "IDPAC" in one or "Participación" in one),
    )
    hand.picture("12")
    hand.button("Empezar")

    assert hand.clicks <= 5
    assert [one.variables["entidad"] for one in tasks(office, "recibir")] == ["IDPAC"]


def test_13_a_role_of_the_entity_where_there_is_none(at, live):
    petitions.publish(live.site, petitions.drawn(entity=False))
    hand = at(petitions.KEY)
    hand.page.goto(f"/procesos/{petitions.KEY}/tareas")
    hand.page.locator("#role-responder").fill("Enlace de planeación de la entidad")
    hand.enter()
    found = seen(hand)
    hand.picture("13", "#editor")
    hand.clicks = 0

    hand.button("Preguntar al empezar: entidad")

    assert (found <= 3, hand.clicks) == (True, 1)
    expect(hand.page.locator("[data-part=summary]")).to_contain_text("Sin hallazgos")
    hand.page.get_by_role("button", name="Guardar borrador").click()
    expect(hand.page.locator("[data-part=status]")).to_contain_text("Borrador guardado")
    hand.publish()
    hand.page.goto(f"/casos/empezar/{petitions.KEY}")
    expect(hand.page.locator("#f-entidad")).to_be_visible()


def test_14_two_steps_swapped_and_one_given_to_another(at, office):
    running = petitions.begin(office.site, "P-1")
    hand = at(petitions.KEY)

    hand.tab("Tabla")
    hand.button(re.compile("^Cambiar de turno con el siguiente «?Responder"))
    hand.page.locator("#role-responder").fill("Enlace de planeación de la entidad")
    hand.enter()
    hand.picture("14")

    assert hand.clicks <= 4
    assert seen(hand) == 0
    hand.publish()
    after = petitions.begin(office.site, "P-2")
    assert (running.answer(ACCEPTED), after.answer(ACCEPTED)) == (["Responder"], ["Archivar"])
    assert after.answer({"texto": "Sí."}) == ["Responder"]


def test_15_one_row_returned_is_rehearsed_and_kept(at, live):
    hand = at(REPORT)

    hand.link("Ensayar")
    hand.press(hand.page.get_by_label("Se devuelve una vez lo que se pueda devolver"))
    hand.button("Ensayar")
    expect(hand.page.get_by_role("heading", name="Día por día")).to_be_visible(timeout=PATIENCE)
    hand.picture("15")
    hand.page.get_by_label("Guardarlo como").fill("Se devuelve una fila")
    hand.enter()

    assert hand.clicks <= 8
    expect(hand.page.get_by_role("status").first).to_contain_text("se repetirá")
    hand.page.goto(f"/procesos/{REPORT}/tareas")
    hand.page.locator("#days-avalar_reporte").fill("3")
    hand.enter()
    hand.page.goto(f"/procesos/{REPORT}/publicar")
    expect(hand.page.locator("#ensayos ~ p").first).to_contain_text("Repita primero")
    hand.button("Repetir los ensayos")
    expect(hand.page.get_by_text("Ensayando…")).to_have_count(0, timeout=PATIENCE)
    hand.page.goto(f"/procesos/{REPORT}/publicar")
    expect(hand.page.locator("#ensayos ~ p").first).not_to_contain_text("Repita primero")


def test_16_another_looks_at_it_and_it_holds_from_a_day(at, live):
    hand = at(REPORT)
    hand.page.goto(f"/procesos/{REPORT}/tareas")
    hand.page.locator("#days-reportar_avance").fill("6")
    hand.enter()
    hand.page.goto(f"/procesos/{REPORT}")
    hand.clicks = 0

    hand.link("Revisar y publicar")
    hand.press(hand.page.get_by_label("Desde un día", exact=True))
    hand.page.get_by_label("El día desde el que rige", exact=True).fill("01/08/2018")
    hand.page.get_by_label("Por qué se publica").fill("Piden un día más.")
    hand.picture("16", "form[aria-label=Publicar]")
    hand.button("Pedir que otra persona lo revise")
    hand.page.goto(f"/procesos/{REPORT}/revision")
    own = hand.page.get_by_role("button", name="Aprobar").count()
    other = at("", "jrojas")
    other.page.goto("/procesos/")
    other.press(other.page.locator("section.card").get_by_role("link").first)
    other.button(re.compile("Aprobar"))

    assert (hand.clicks <= 5, other.clicks <= 2, own) == (True, True, 0)
    expect(other.page.get_by_role("status").first).to_contain_text("regirá en su fecha")
    live.site.clock.move_to(dt.datetime(2018, 8, 1, 14, tzinfo=dt.UTC))
    with live.site.application.database.unit_of_work() as session:
        (release,) = reviewing.due(session, dt.date(2018, 8, 1))
        reviewing.publish_due(session, live.site.application.engine, release)
    open_july(live)
    assert {day(one.due_at) for one in tasks(live, "reportar_avance")} == {"2018-07-09", "2018-08-09"}


def test_17_back_to_an_earlier_version(at, live):
    hand = at(REPORT)
    for days in ("6", "7", "8"):
        hand.page.goto(f"/procesos/{REPORT}/tareas")
        hand.page.locator("#days-reportar_ejecucion").fill(days)
        hand.enter()
        hand.publish(f"A {days} días.")
    hand.page.goto(f"/procesos/{REPORT}")
    hand.clicks = 0

    hand.press(hand.page.get_by_role("link", name=re.compile("^3 ?: ver esta versión")))
    hand.button("Volver a la versión 3")
    hand.picture("17")

    assert hand.clicks <= 3
    expect(hand.page.locator("main")).to_contain_text("de 8 a 7")
    hand.publish()
    open_july(live)
    assert day(tasks(live, "reportar_ejecucion")[-1].due_at) == "2018-08-10"


def test_18_all_of_a_version_are_moved_and_one_is_suspended(at, office):
    first, second = petitions.begin(office.site, "P-1"), petitions.begin(office.site, "P-2")
    hand = at(petitions.KEY)
    hand.page.goto(f"/procesos/{petitions.KEY}/tareas")
    hand.page.locator("#name-responder").fill("Contestar")
    hand.enter()
    hand.publish()
    hand.page.goto(f"/procesos/{petitions.KEY}")
    hand.clicks = 0

    hand.tab("En curso")
    hand.press(hand.page.get_by_label("Todos", exact=True))
    hand.picture("18")
    hand.button("Probar")
    hand.page.locator("#motivo").fill("Todos con la nueva.")
    hand.picture("18-prueba", "#resultado")
    hand.button(re.compile("hacerlo"))
    moved = hand.clicks
    expect(hand.page.get_by_role("status").first).to_contain_text("Hecho en 2 de 2")
    hand.clicks = 0
    hand.button(re.compile("^Suspender Petición P-1"))
    hand.page.locator("#motivo").fill("Espera un concepto.")
    hand.button(re.compile("hacerlo"))

    assert (moved <= 5, hand.clicks <= 3) == (True, True)
    expect(hand.page.locator("main")).to_contain_text("suspendido")
    assert second.answer(ACCEPTED) == ["Contestar"]
    hand.button(re.compile("^Reanudar Petición P-1"))
    hand.page.locator("#motivo").fill("Llegó el concepto.")
    hand.button(re.compile("hacerlo"))
    assert first.answer(ACCEPTED) == ["Contestar"]


def test_19_a_stopped_case_is_repaired(at, live, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError("el disco está lleno")

    with monkeypatch.context() as patch:
        patch.setattr(periods, "open_month", fail)
        open_july(live)
    hand = at("f5_ciclo_mensual")

    hand.tab("En curso")
    expect(hand.page.locator("main")).to_contain_text("el disco está lleno")
    hand.button("Ver qué pasaría")
    hand.picture("19", "section[aria-labelledby^=causa]")
    hand.button("Reparar el detenido")

    assert hand.clicks <= 3
    expect(hand.page.get_by_role("status").first).to_contain_text("1 de 1 reparados")
    assert len(tasks(live, "reportar_avance")) > 3


BIZAGI = b"""<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bizagi="http://www.bizagi.com/bpmn20"
 targetNamespace="https://www.bizagi.com"><process id="licencia" name="Conceder una licencia">
<extensionElements><bizagi:BizagiExtensions><bizagi:BizagiProperties>
<bizagi:BizagiProperty name="bgColor" value="White"/></bizagi:BizagiProperties></bizagi:BizagiExtensions>
</extensionElements>
<laneSet id="franjas"><lane id="l1" name="Ventanilla"><flowNodeRef>llega</flowNodeRef><flowNodeRef>radicar</flowNodeRef>
<flowNodeRef>cumple</flowNodeRef></lane><lane id="l2" name="Oficina uno"><flowNodeRef>devolver</flowNodeRef>
<flowNodeRef>plazo</flowNodeRef><flowNodeRef>fin2</flowNodeRef></lane><lane id="l3" name="Oficina dos">
<flowNodeRef>liquidar</flowNodeRef><flowNodeRef>espera</flowNodeRef><flowNodeRef>fin</flowNodeRef></lane></laneSet>
<startEvent id="llega" name="Llega"/><task id="radicar" name="Radicar"/><exclusiveGateway id="cumple" name="Cumple"/>
<task id="devolver" name="Devolver"/><scriptTask id="liquidar" name="Liquidar"><script>x = 1</script></scriptTask>
<intermediateCatchEvent id="espera" name="Esperar el pago"><timerEventDefinition/></intermediateCatchEvent>
<endEvent id="fin"/><endEvent id="fin2"/>
<sequenceFlow id="a" sourceRef="llega" targetRef="radicar"/>
<sequenceFlow id="b" sourceRef="radicar" targetRef="cumple"/>
<sequenceFlow id="c" name="No" sourceRef="cumple" targetRef="devolver"/>
<sequenceFlow id="d" name="Si" sourceRef="cumple" targetRef="liquidar"/>
<sequenceFlow id="e" sourceRef="liquidar" targetRef="espera"/><sequenceFlow id="f" sourceRef="espera" targetRef="fin"/>
<intermediateCatchEvent id="plazo" name="Esperar que corrijan">
<timerEventDefinition/></intermediateCatchEvent>
<sequenceFlow id="g" sourceRef="devolver" targetRef="plazo"/>
<sequenceFlow id="h" sourceRef="plazo" targetRef="fin2"/></process></definitions>"""


def test_20_a_bizagi_file_is_brought(at, live):
    hand = at(REPORT)
    hand.page.goto("/procesos/")

    hand.link("Traer un diagrama")
    hand.page.get_by_label("Archivo del diagrama").set_input_files(
        {"name": "licencia.bpmn", "mimeType": "application/xml", "buffer": BIZAGI}
    )
    hand.button("Ver cómo queda")
    expect(hand.page.get_by_role("heading", level=1)).to_contain_text("Conceder una licencia", timeout=30_000)
    asked = hand.page.locator("ol.asked").first
    questions = asked.locator("li")
    count = questions.count()
    for one in questions.all():
        if one.locator("input").count():
            one.locator("input").fill("10dh")
        elif one.locator("select").count():
            choices = [text for text in one.locator("option").all_inner_texts() if "responder" not in text]
            wanted = next((text for text in choices if "Coordin" in text), choices[0])
            hand.choose(one.locator("select"), wanted)
    hand.picture("20")
    hand.button("Abrir en el editor")
    hand.page.wait_for_selector("#editor[data-ready]")
    hand.picture("20-dibujo", "#editor")

    assert (count >= 5, hand.clicks <= 12) == (True, True), (count, hand.clicks)
    taken = hand.page.request.get("/procesos/licencia/borrador.bpmn").body()
    assert b"bizagi:BizagiProperty" in taken

    hand.key = "licencia"
    hand.publish()
    case = petitions.begin(live.site, "L-1", process="licencia")
    (task,) = case.open_tasks()
    assert task.name == "Radicar"


def test_a_walk_by_hand_is_answered_in_its_forms_and_accessible_everywhere(at, office):
    hand = at(petitions.KEY)

    hand.link("Ensayar")
    hand.button("Recorrerlo a mano")
    expect(hand.page.get_by_role("heading", name="Qué espera a quién")).to_be_visible(timeout=60_000)
    hand.press(hand.page.get_by_role("link", name=re.compile("^Responder Recibir")))
    hand.page.get_by_label("Verde").check()
    hand.page.get_by_label("Aceptada").check()
    hand.page.locator("button[value=enviar]").click()
    expect(hand.page.get_by_role("status").first).to_contain_text("se envió, en el ensayo")
    hand.button("Ir a lo próximo que pase")
    expect(hand.page.locator("li.mail").first).to_be_visible()
    hand.picture("15-a-mano")
    where = hand.page.url

    wrong = office.violations(hand.page)
    for options in ({"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}, {"color_scheme": "dark"}):
        page = office.page("amartinez", **options)
        for link in ("", page_of_task(hand.page)):
            page.goto(link or where)
            wrong += office.violations(page)
            wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            wrong += ["too wide"] if page.evaluate(wide) > 0 else []
        if os.environ.get("CAUCE_PICTURES"):
            page.goto(where)
            page.screenshot(path=Path(os.environ["CAUCE_PICTURES"]) / f"walk-{len(options)}.png")
    assert wrong == []


def page_of_task(page: Page) -> str:
    return str(page.get_by_role("link", name=re.compile("^Responder ")).first.get_attribute("href"))
