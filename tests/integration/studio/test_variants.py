"""A sector works with its own variant of a process or form, and knows where it stands to what all share."""

from __future__ import annotations

from collections.abc import Callable

from engine.definitions import catalogue, publishing
from engine.definitions.editing import set_attribute, set_property
from engine.identity import SYSTEM
from tests.integration.studio.conftest import LEADER, Browser
from tests.support.two_sectors import COORDINATORS, FIRST, PLANS, SECOND
from tests.support.web import Site
from workflows.cycles import by_hand
from workflows.people.directory import Directory

KEY = "sub_reporte_entidad"
OWN, FORM = f"{KEY}@{SECOND}", f"reportar_avance@{SECOND}"
PAGE = f"/procesos/variantes/proceso/{OWN}"


def publish_shared(site: Site, *changes: Callable[[bytes], bytes]) -> None:
    """Who leads what all share changes it."""
    with site.application.database.unit_of_work() as session:
        xml = catalogue.current(session, KEY).xml(KEY)
        for change in changes:
            xml = change(xml)
        publishing.publish(session, site.application.engine, [xml], {}, actor=SYSTEM, reason="Para todos")


def begun(hers: Browser) -> None:
    """A variant of Hábitat in which the report is due in nine days, published."""
    hers.send(f"{PAGE}/empezar")
    page = hers.get(f"/procesos/{OWN}/tareas/reportar_avance")
    form = next(form for form in page.forms if "days" in form.fields)
    hers.send(f"/procesos/{OWN}/tareas/reportar_avance", **{**form.fields, "days": "9", "base": "cierre"})
    hers.send(f"/procesos/{OWN}/publicar", revision="2", reason="En Hábitat se cierra más tarde")


def deadline(site: Site, sector: str) -> str:
    with site.application.database.reading() as session:
        return catalogue.current(session, "f5_ciclo_mensual", sector).element(KEY, "reportar_avance").deadline


def test_a_sector_publishes_a_variant_that_its_months_take_and_others_do_not(site: Site, hers: Browser) -> None:
    assert "Hacer una variante de Hábitat" in hers.text(f"/procesos/{KEY}").split("Los pasos, en palabras")[0]

    begun(hers)

    assert deadline(site, SECOND) == "cierre+9dh"
    assert deadline(site, FIRST) == deadline(site, "") != "cierre+9dh"
    told = hers.text(f"/procesos/{OWN}")
    assert "Variante de Hábitat. Versión 1" in told
    assert "Parte de la versión 1 de la compartida, que es la vigente" in told
    assert "variante de HAB" in hers.text("/procesos/")


def test_the_variant_of_a_sector_does_not_exist_for_another(
    site: Site, hers: Browser, sign_in: Callable[[str], Browser]
) -> None:
    begun(hers)
    theirs = sign_in(LEADER)

    for address in (f"/procesos/{OWN}", PAGE, f"/procesos/{OWN}/editar", f"/procesos/{OWN}/diagrama.bpmn"):
        theirs.get(address, status=404)

    assert "variante de HAB" not in theirs.text("/procesos/")
    assert "Hábitat" not in theirs.text(f"/procesos/{KEY}")


def test_a_discarded_variant_comes_back_and_is_shown_to_who_leads_it_only(
    hers: Browser, sign_in: Callable[[str], Browser]
) -> None:
    hers.send(f"{PAGE}/empezar")
    hers.send(f"/procesos/{OWN}/borrador/descartar")

    assert "variante de HAB" in hers.text("/procesos/descartados")
    assert "variante de HAB" not in sign_in(LEADER).text("/procesos/descartados")
    sign_in(LEADER).send(f"/procesos/descartados/proceso/{OWN}", status=404)
    hers.send(f"/procesos/descartados/proceso/{OWN}")
    assert "Hay un borrador" in hers.text(f"/procesos/{OWN}")


def test_who_leads_a_variant_changes_nothing_that_all_share(hers: Browser) -> None:
    hers.get(f"/procesos/{KEY}/editar", status=403)

    hers.send(f"/procesos/{KEY}/borrador/descartar", status=403)


def test_what_the_shared_one_changed_is_shown_brought_into_the_draft_and_published(site: Site, hers: Browser) -> None:
    begun(hers)
    publish_shared(
        site,
        lambda xml: set_attribute(xml, "reportar_avance", "name", "Reportar lo del mes"),
        lambda xml: set_property(xml, "reportar_avance", "plazo", "cierre+6dh"),
        lambda xml: set_property(xml, "avalar_reporte", "plazo", "cierre+8dh"),
    )

    told = hers.text(PAGE)
    answer = hers.send(f"{PAGE}/traer", revision="0")
    hers.send(f"/procesos/{OWN}/publicar", revision="1", reason="Lo que cambió para todos")

    assert "que ya va en la 2" in told
    assert "el plazo pasa de" in told
    assert "Lo cambiaron ambas, y al traer los cambios queda como lo tiene la variante: «Reportar lo del mes»" in told
    assert answer.headers["Location"].endswith(f"/procesos/{OWN}")
    assert deadline(site, SECOND) == "cierre+9dh"
    with site.application.database.reading() as session:
        taken = catalogue.current(session, KEY, SECOND)
        assert taken.element(KEY, "avalar_reporte").deadline == "cierre+8dh"
        assert taken.element(KEY, "reportar_avance").name == "Reportar lo del mes"
    assert "Parte de la versión 2 de la compartida" in hers.text(f"/procesos/{OWN}")


def test_going_back_asks_why_and_gives_the_next_months_the_shared_one(site: Site, hers: Browser) -> None:
    begun(hers)

    wrong = hers.send(f"{PAGE}/volver", status=422, reason=" ")
    hers.send(f"{PAGE}/volver", reason="Ya cerramos como todos")

    assert "Escriba por qué se vuelve a la compartida." in wrong.text
    assert deadline(site, SECOND) == deadline(site, "")
    hers.get(PAGE, status=404)


def test_a_sector_asks_one_thing_more_in_a_form_of_its_own(site: Site, hers: Browser) -> None:
    hers.send(f"/procesos/variantes/formulario/{FORM}/empezar")
    hers.send(f"/procesos/formularios/{FORM}/campo-nuevo?tipo=textfield", label="Barrio", revision="1")
    assert "Qué cambia frente a la compartida" in hers.text(f"/procesos/formularios/{FORM}")

    hers.send(f"/procesos/formularios/{FORM}/publicar", revision="2", reason="Medimos por barrio")

    with site.application.database.reading() as session:
        labels = {
            sector: [
                one.get("label")
                for one in catalogue.current(session, KEY, sector).form("reportar_avance")["components"]
            ]
            for sector in (FIRST, SECOND)
        }
    assert "Barrio" in labels[SECOND]
    assert "Barrio" not in labels[FIRST]
    assert "Se agrega «Barrio»" in hers.text(f"/procesos/variantes/formulario/{FORM}")
    assert "variante de HAB" in hers.text("/procesos/formularios")


def test_with_one_sector_nobody_reads_of_variants(leader: Browser) -> None:
    pages = [f"/procesos/{KEY}", "/procesos/", "/procesos/formularios", "/procesos/formularios/reportar_avance"]

    assert [address for address in pages if "variante" in leader.text(address).lower()] == []


def test_what_a_sector_begins_by_hand_is_its_variant(site: Site, hers: Browser) -> None:
    with site.application.database.unit_of_work() as session:
        xml = catalogue.current(session, "f5_preparacion").xml("f5_preparacion")
        publishing.publish(
            session, site.application.engine, [set_attribute(xml, "f5_preparacion", "name", "La nuestra")], {},
            actor=SYSTEM, reason="Propia", tenant=SECOND,
        )  # fmt: skip

    with site.application.database.reading() as session:
        engine, today = site.application.engine, site.clock.now().date()
        offered = {
            who: {one.process_key for one in by_hand.offered(session, engine, Directory().actor(session, who, today))}
            for who in (COORDINATORS[FIRST], COORDINATORS[SECOND])
        }
        taken = by_hand.taken_by(session, "f5_preparacion", PLANS[SECOND])

    assert taken == f"f5_preparacion@{SECOND}"
    assert not any("@" in key for key in offered[COORDINATORS[FIRST]])
    assert all(key.partition("@")[0] != "f5_preparacion" or "@" in key for key in offered[COORDINATORS[SECOND]])


def test_the_roles_of_a_variant_are_told_with_the_people_of_its_sector_alone(hers: Browser) -> None:
    hers.send(f"{PAGE}/empezar")

    told = hers.get(f"/procesos/{OWN}/roles").xpath("//main//table")[0].text_content()

    assert "Carlos Vega" not in told


def test_the_editor_of_a_variant_has_its_lists_and_what_is_begun_from_it_is_of_its_sector(hers: Browser) -> None:
    hers.send(f"{PAGE}/empezar")

    lists = hers.client.get(f"/procesos/catalogos.json?sector={SECOND}")
    forms = hers.get(f"/procesos/{OWN}/formularios")

    assert lists.status_code == 200 and lists.json["roles"]
    assert forms.xpath(f"//main//a[contains(@href, 'formularios/nuevo?de-quien={SECOND}')]")
    assert "Los que se creen aquí son solo de su sector." in forms.text_content()
