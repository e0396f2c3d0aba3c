"""A sector has processes and forms of its own, that all the others neither see nor take."""

from __future__ import annotations

import io
from collections.abc import Callable

from engine.definitions import catalogue, drafts
from engine.definitions.reading import read_diagram
from tests.integration.studio.conftest import LEADER, Browser
from tests.support.two_sectors import COORDINATORS, FIRST, PLANS, SECOND
from tests.support.web import Site
from workflows.people.models import PersonRole

OWN = f"atender_visitas@{SECOND}"


def begun(hers: Browser) -> str:
    """A process of Hábitat alone, drawn with one step; where its table stands."""
    answer = hers.send(
        "/procesos/nuevo", nombre="Atender visitas", rol="coordinador_pes", **{"de-quien": SECOND}
    )  # fmt: skip
    return answer.headers["Location"]


def with_form(site: Site, hers: Browser) -> str:
    """The same, with a day for its step and a form of its own; where the form stands."""
    begun(hers)
    with site.application.database.reading() as session:
        draft = drafts.find(session, drafts.PROCESS, OWN)
        task = next(read_diagram(draft.content).of_kind("userTask")).id
    made = hers.send(f"/procesos/formularios/nuevo?proceso={OWN}&tarea={task}", nombre="Datos de la visita")
    form = next(one for one in hers.get(f"/procesos/{OWN}/tareas/{task}").forms if "days" in one.fields)
    hers.send(f"/procesos/{OWN}/tareas/{task}", **{**form.fields, "days": "5"})
    return made.headers["Location"]


def published(site: Site, hers: Browser) -> None:
    with_form(site, hers)
    hers.send(f"/procesos/{OWN}/publicar", revision="3", reason="Las atendemos nosotros")


def begins(hers: Browser) -> bool:
    """Whether its page offers to begin one."""
    return bool(hers.get(f"/procesos/{OWN}").xpath(f"//main//a[@href='/casos/empezar/{OWN}']"))


def test_who_leads_one_sector_makes_a_process_that_only_its_cases_take(site: Site, hers: Browser) -> None:
    form = hers.text("/procesos/nuevo")
    assert begun(hers).endswith(f"/procesos/{OWN}/tareas")
    drawn = hers.text("/procesos/")
    hers.send(f"/procesos/{OWN}/borrador/descartar")
    published(site, hers)

    with site.application.database.reading() as session:
        assert catalogue.current(session, "atender_visitas", SECOND).versions == {"atender_visitas": 1}
        assert catalogue.definition(session, "atender_visitas", FIRST) is None
        assert catalogue.definition(session, "atender_visitas") is None
    assert "Solo Hábitat: lo siguen solo sus casos" in form
    assert "Atender visitas ⑂ solo de HAB" in drawn and "Atender visitas ⑂ solo de HAB" in hers.text("/procesos/")
    told = hers.text(f"/procesos/{OWN}")
    assert "Es solo de Hábitat: lo siguen sus casos, y los demás sectores no lo ven." in told
    assert "compartida" not in told


def test_another_sector_neither_sees_nor_takes_it(site: Site, hers: Browser, sign_in: Callable[[str], Browser]) -> None:
    published(site, hers)
    theirs = sign_in(LEADER)

    for address in (f"/procesos/{OWN}", f"/procesos/{OWN}/editar", f"/procesos/{OWN}/tareas"):
        theirs.get(address, status=404)

    assert "Atender visitas" not in theirs.text("/procesos/") + theirs.text("/casos/")
    assert "Atender visitas" in hers.text("/casos/")


def test_its_cases_begin_by_hand_and_every_tab_of_it_opens(site: Site, hers: Browser) -> None:
    published(site, hers)
    tabs = ("", "/editar", "/tareas", "/condiciones", "/formularios", "/roles", "/comienzo", "/ensayo", "/manual.pdf")

    answers = [hers.client.get(f"/procesos/{OWN}{tab}").status_code for tab in tabs]
    asked = hers.get(f"/casos/empezar/{OWN}")
    begun_now = hers.send(f"/casos/empezar/{OWN}", plan=PLANS[SECOND])

    assert answers == [200] * len(tabs)
    assert PLANS[FIRST] not in asked.text_content()
    assert "Atender visitas" in hers.text(begun_now.headers["Location"])
    assert "Atender visitas" in hers.text(f"/casos/manejo?proceso={OWN}")


def test_nobody_makes_for_a_sector_what_they_do_not_lead(hers: Browser, sign_in: Callable[[str], Browser]) -> None:
    wanted = {"nombre": "Atender visitas", "rol": "coordinador_pes"}

    hers.send("/procesos/nuevo", 403, **wanted, **{"de-quien": "todos"})
    hers.send("/procesos/nuevo", 403, **wanted, **{"de-quien": FIRST})
    sign_in(LEADER).send("/procesos/nuevo", 403, **wanted, **{"de-quien": SECOND})
    hers.send("/procesos/formularios/nuevo", 403, nombre="Visita", **{"de-quien": FIRST})


def test_its_form_is_its_own_published_with_it_and_changed_afterwards(site: Site, hers: Browser) -> None:
    made = with_form(site, hers)
    form = f"datos_de_la_visita@{SECOND}"
    hers.send(f"/procesos/formularios/{form}/campo-nuevo?tipo=textfield", label="Barrio", revision="1")
    hers.send(f"/procesos/{OWN}/publicar", revision="3", reason="Las atendemos nosotros")
    hers.send(f"/procesos/formularios/{form}/campo-nuevo?tipo=textfield", label="Vereda", revision="0")
    hers.send(f"/procesos/formularios/{form}/publicar", revision="1", reason="También hay veredas")

    with site.application.database.reading() as session:
        asked = catalogue.current(session, "atender_visitas", SECOND).form("datos_de_la_visita")
        assert [one.get("label") for one in asked["components"]] == ["Barrio", "Vereda"]
        assert catalogue.form_version(session, "datos_de_la_visita") is None
    assert made.endswith(f"/procesos/formularios/{form}")
    assert "Datos de la visita" in hers.text(f"/procesos/{OWN}/formularios")
    assert "Datos de la visita ⑂ solo de HAB" in hers.text("/procesos/formularios")
    assert "Solo de Hábitat." in hers.text(f"/procesos/formularios/{form}")


def test_what_is_discarded_comes_back_with_its_form(site: Site, hers: Browser) -> None:
    with_form(site, hers)

    hers.send(f"/procesos/{OWN}/borrador/descartar")
    hers.send(f"/procesos/descartados/proceso/{OWN}")

    with site.application.database.reading() as session:
        assert drafts.find(session, drafts.FORM, f"datos_de_la_visita@{SECOND}") is not None
        assert drafts.find(session, drafts.PROCESS, OWN) is not None


def test_it_is_retired_and_taken_back_by_who_leads_it(site: Site, hers: Browser) -> None:
    published(site, hers)

    hers.send(f"/procesos/{OWN}/retiro", reason="Ya no hay visitas")
    retired, offered = hers.text(f"/procesos/{OWN}"), begins(hers)
    hers.send(f"/procesos/{OWN}/reactivacion")

    assert "Retirado el" in retired
    assert (offered, begins(hers)) == (False, True)


def test_a_brought_diagram_becomes_its_own_or_its_variant_of_what_all_share(site: Site, hers: Browser) -> None:
    with site.application.database.reading() as session:
        shared = catalogue.current(session, "f5_preparacion").xml("f5_preparacion")
    file = shared.replace(b'"f5_preparacion"', b'"visitas_de_control"')

    def bring(content: bytes, **choice: str) -> str:
        hers.client.post(
            "/procesos/traer",
            data={
                "csrf_token": hers.token(), "de-quien": SECOND, "archivo": (io.BytesIO(content), "visitas.bpmn"),
            },
        )  # fmt: skip
        with site.application.database.reading() as session:
            number = drafts.find(session, drafts.UPLOAD, COORDINATORS[SECOND]).revision
        sent = {"archivo": str(number), "borrador": "0", "de-quien": SECOND, **choice}
        return hers.send("/procesos/traer/abrir", **sent).headers["Location"]

    assert bring(file).endswith(f"/procesos/visitas_de_control@{SECOND}/editar")
    assert bring(shared, como="mismo").endswith(f"/procesos/f5_preparacion@{SECOND}/editar")
    assert bring(shared, como="otro").endswith(f"/procesos/f5_preparacion_2@{SECOND}/editar")
    assert "Variante de Hábitat" in hers.text(f"/procesos/f5_preparacion@{SECOND}")
    assert "Solo de Hábitat" in hers.text(f"/procesos/f5_preparacion_2@{SECOND}")


def test_a_variant_asks_a_new_form_of_its_sector(site: Site, hers: Browser) -> None:
    variant = f"sub_reporte_entidad@{SECOND}"
    hers.send(f"/procesos/variantes/proceso/{variant}/empezar")

    made = hers.send(f"/procesos/formularios/nuevo?proceso={variant}&tarea=avalar_reporte", nombre="Aval de Hábitat")

    assert made.headers["Location"].endswith(f"/procesos/formularios/aval_de_habitat@{SECOND}")
    assert f"/procesos/formularios/aval_de_habitat@{SECOND}" in str(
        hers.get(f"/procesos/{variant}/formularios").xpath("//main//a/@href")
    )


def test_who_leads_what_all_share_beside_a_sector_says_whose_it_will_be(site: Site, hers: Browser) -> None:
    with site.application.database.unit_of_work() as session:
        session.add(PersonRole(username=COORDINATORS[SECOND], role_id="lider_proceso_instalacion"))

    offered = hers.get("/procesos/nuevo").xpath("//select[@name='de-quien']/option/text()")
    made = hers.send("/procesos/nuevo", nombre="De todos", rol="coordinador_pes", **{"de-quien": "todos"})

    assert offered == ["Todos los sectores", "Solo Hábitat"]
    assert made.headers["Location"].endswith("/procesos/de_todos/tareas")
