"""Decision tables in the studio: written in the browser, checked as they are typed, tried, compared, published."""

from __future__ import annotations

import io
from collections.abc import Callable

import sqlalchemy as sa

from engine.definitions import catalogue, tabling
from engine.definitions.models import DecisionVersion
from tests.integration.studio.conftest import LIAISON, OTHER_LEADER, Browser
from tests.support.decisions import data, decision, file, table
from tests.support.web import Site

ADDRESS = "/procesos/decisiones/que_hacer"


def form(browser: Browser, **changed: str) -> dict[str, str]:
    """What the page of the table would send, with some of it changed."""
    page = browser.get(ADDRESS)
    values = dict(page.xpath("//form[@id='tabla']")[0].form_values())
    return {name: value or "" for name, value in values.items() if name != "csrf_token"} | changed


def new(leader: Browser) -> None:
    leader.send("/procesos/decisiones", nombre="Qué hacer")


def test_a_table_is_made_written_tried_and_published(leader: Browser, site: Site) -> None:
    # Given a new table, with a row more
    new(leader)
    row = leader.send(ADDRESS, 200, **form(leader, tabla_paso="fila:1"))
    assert 'name="si_1_2"' in row.text

    # When it is written, tried and saved
    typed = form(
        leader, filas="2", si_1_mira="semaforo", si_1_titulo="Semáforo", si_1_1='"Rojo"', da_1_1='"Plan de choque"',
        si_1_2="-", da_1_2='"Nada"', fila_2="",
    )  # fmt: skip
    tried = leader.send(ADDRESS, 200, **typed, prueba_semaforo="Rojo", tabla_paso="probar").text
    leader.send(ADDRESS, guardar="1", **typed)
    seen = leader.text(ADDRESS)
    leader.send(f"{ADDRESS}/publicar", revision=form(leader)["revision"], reason="Nueva regla")

    # Then the words say it, the trial gave it, and it is in force
    assert 'Fila 1 → "Plan de choque"' in " ".join(tried.replace("&#34;", '"').split())
    assert "Si Semáforo es Rojo: Resultado: Plan de choque." in seen
    with site.application.database.reading() as session:
        (version,) = catalogue.latest_decisions(session)
        rows = tabling.sheet(version.xml).rows
        assert (version.version, [one.tests[0] for one in rows]) == (1, ['"Rojo"', "-"])
    assert "Nueva regla" in leader.text("/procesos/decisiones")
    assert leader.client.get(f"{ADDRESS}/tabla.dmn").mimetype == "application/xml"


def test_a_cell_that_is_wrong_is_marked_as_it_is_typed_and_keeps_it_from_being_published(leader: Browser) -> None:
    new(leader)

    answer = leader.send(ADDRESS, 200, **form(leader, si_1_tipo="number", si_1_1="> cinco mil"))
    leader.send(ADDRESS, guardar="1", **form(leader, si_1_tipo="number", si_1_1="> cinco mil"))
    refused = leader.send(f"{ADDRESS}/publicar", 422, revision="2", reason="Así")

    assert "aria-invalid" in answer.text
    assert "impide publicar" in answer.text
    assert 'role="alert"' in refused.text


def test_columns_and_rows_come_go_and_move(leader: Browser) -> None:
    new(leader)

    wide = leader.send(ADDRESS, 200, **form(leader, tabla_paso="columna_si")).text
    leader.send(ADDRESS, guardar="1", **form(leader, filas="2", si_1_2="-", da_1_2='"b"', fila_2=""))
    moved = leader.send(ADDRESS, 200, **form(leader, tabla_paso="baja:1")).text
    gone = leader.send(ADDRESS, 200, **form(leader, tabla_paso="sin_fila:1")).text

    assert 'name="si_2_1"' in wide
    assert moved.index("&#34;b&#34;") < moved.index('name="da_1_2"')
    assert 'name="si_1_2"' not in gone


def test_a_file_of_another_tool_is_brought_and_what_the_page_does_not_show_stays(leader: Browser, site: Site) -> None:
    rows = ['>= 18 | "sí"', '< 18 | "no"']
    logic = table("U", "edad:number", "da:string", rows)
    two = (decision("d", logic, "in_edad"), decision("otra", logic, "in_edad"))
    xml = file(data("edad", "number"), *two, id="que_hacer")
    xml = xml.replace(b"<rule ", b'<rule xmlns:x="urn:x" x:color="rojo" ', 1)
    token = leader.token()
    with_file = {"csrf_token": token, "archivo": (io.BytesIO(xml), "tabla.dmn")}
    assert leader.client.post("/procesos/decisiones", data=with_file).status_code == 303

    leader.send(ADDRESS, guardar="1", **form(leader, si_1_1=">= 21"))

    page = leader.text(ADDRESS)
    assert "otra" in page
    leader.send(f"{ADDRESS}/publicar", revision=form(leader)["revision"], reason="Traída")
    with site.application.database.reading() as session:
        kept = session.scalars(sa.select(DecisionVersion.xml)).one()
        assert b'x:color="rojo"' in kept
        assert tabling.sheet(kept, "otra").rows[0].tests == (">= 18",)
        assert tabling.sheet(kept, "d").rows[0].tests == (">= 21",)


def test_what_changed_since_a_version_is_said_row_by_row(leader: Browser) -> None:
    new(leader)
    leader.send(f"{ADDRESS}/publicar", revision="1", reason="La primera")
    leader.send(ADDRESS, guardar="1", **form(leader, da_1_1='"Avisar"', politica="UNIQUE"))

    page = leader.text(ADDRESS)

    assert "Fila 1: antes «En cualquier caso: Resultado: nada.», ahora «En cualquier caso: Resultado: Avisar.»" in page
    assert "antes «FIRST», ahora «UNIQUE»" in page


def test_who_saved_meanwhile_is_not_written_over_and_a_discarded_draft_comes_back(leader: Browser) -> None:
    new(leader)
    stale = form(leader, da_1_1='"mío"')
    leader.send(ADDRESS, guardar="1", **form(leader, da_1_1='"de otra persona"'))

    refused = leader.send(ADDRESS, 409, guardar="1", **stale)
    leader.send(f"{ADDRESS}/descartar")
    leader.get(ADDRESS, 404)
    leader.send("/procesos/descartados/tabla/que_hacer")

    assert "Lo suyo sigue aquí" in refused.text
    assert "&#34;mío&#34;" in refused.text
    assert "de otra persona" in leader.text(ADDRESS)


def test_who_leads_nothing_sees_only_what_is_published(leader: Browser, sign_in: Callable[[str], Browser]) -> None:
    new(leader)
    other = sign_in(LIAISON)

    assert "Todavía no hay tablas" in other.text("/procesos/decisiones")
    other.get(ADDRESS, 404)


def test_a_cell_is_typed_in_a_control_of_its_columns_type(leader: Browser) -> None:
    new(leader)
    typed = form(
        leader, si_1_tipo="date", si_1_1="> 31/07/2026",
        da_1_tipo="string", da_1_valores='"Sí va", "No va"', da_1_1="no va",
    )  # fmt: skip

    page = leader.send(ADDRESS, 200, **typed, tabla_paso="revisar").text.replace("&#34;", '"')

    assert 'value="> date("2026-07-31")"' in page.replace("&gt;", ">")
    assert '<option value=""No va"" selected>No va</option>' in page
    assert "impide publicar" not in page


def test_a_table_that_needs_a_second_look_is_published_by_somebody_who_has_not_written_it(
    leader: Browser, sign_in: Callable[[str], Browser], site: Site
) -> None:
    # Given a table that somebody wrote, and that a second person has to publish
    new(leader)
    leader.send(f"{ADDRESS}/exigir", reviewed="1")
    revision = form(leader)["revision"]

    # When its author publishes it, and then another leader
    own = leader.send(f"{ADDRESS}/publicar", 422, revision=revision, reason="Nueva")
    seen = leader.text(ADDRESS)
    sign_in(OTHER_LEADER).send(f"{ADDRESS}/publicar", revision=revision, reason="La miré")

    # Then only the other's stands, and the author was told before
    assert "alguien que no lo haya cambiado" in own.text
    assert "no la haya escrito" in seen and "Publicar la tabla" not in seen
    with site.application.database.reading() as session:
        assert [one.published_by for one in session.scalars(sa.select(DecisionVersion))] == [OTHER_LEADER]
    leader.send(f"{ADDRESS}/exigir", 403, reviewed="")
