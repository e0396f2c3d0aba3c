"""What the forms of phases 1 and 2 refuse: a sentence at the field, and nothing written."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from engine.tasks.models import UserTask
from tests.integration.formulation.conftest import Office
from tests.support.plan import PLAN
from workflows.calendar import bogota_day
from workflows.errors import InvalidSubmission
from workflows.forms.opening import OpenForm
from workflows.formulation import battery_check, sources
from workflows.formulation.models import BatteryFinding, Source
from workflows.people import directory
from workflows.simulation import citizens
from workflows.simulation.playing import Play, who
from workflows.simulation.values import Reality
from workflows.surveys import conducting
from workflows.surveys.states import SurveyState

Raw = dict[str, Any]


def play_until(office: Office, play: Play, element: str, days: int = 200) -> int:
    """Play until a task of this element is open; gives it. Nobody does it meanwhile."""
    acts, play.robots.acts = play.robots.acts, lambda name, _variables: name != element  # type: ignore[method-assign]
    play = Play(office.database, office.engine, office.forms, play.robots, office.clock)  # forgets whom it waits for
    day = bogota_day(office.clock.now())
    for _day in range(days):
        play.day(day)
        with office.database.reading() as session:
            query = sa.select(UserTask.id).where(UserTask.element_id == element, UserTask.state == "open")
            found = session.scalars(query.order_by(UserTask.id)).first()
        if found is not None:
            play.robots.acts = acts  # type: ignore[method-assign]
            return found
        day += dt.timedelta(days=1)
    raise AssertionError(f"{element} never came")


def opened(office: Office, task_id: int) -> OpenForm:
    with office.database.unit_of_work() as session:
        actor = who(session, session.get_one(UserTask, task_id), bogota_day(office.clock.now()))
        assert actor is not None
        return office.forms.open(session, office.engine, task_id, actor)


def errors_of(office: Office, task_id: int, raw: Raw) -> dict[str, str]:
    """What is refused, by path."""
    with pytest.raises(InvalidSubmission) as refused, office.database.unit_of_work() as session:
        actor = who(session, session.get_one(UserTask, task_id), bogota_day(office.clock.now()))
        assert actor is not None
        office.forms.submit(session, office.engine, task_id, actor, raw)
    return {error.path: error.message for error in refused.value.errors}


def robots_answer(office: Office, play: Play, task_id: int) -> Raw:
    """What a robot would send."""
    from workflows.documents import files

    with office.database.unit_of_work() as session:
        actor = who(session, session.get_one(UserTask, task_id), bogota_day(office.clock.now()))
        assert actor is not None
        form = office.forms.open(session, office.engine, task_id, actor)

        def upload(name: str, content: bytes) -> int:
            return files.store(session, office.clock, actor.id, name, content, task_id=task_id).id

        raw = play.robots.fill(form, upload)
    assert raw is not None
    return raw


def test_a_source_needs_a_file_or_a_link_and_a_project_its_code(office: Office) -> None:
    office.begin("f1_conociendo_sector")
    task = play_until(office, office.cast(polite=True), "alistar_fuentes")
    row = {"tema": "proyecto", "titulo": "Fortalecimiento", "anio": "1800", "reserva": "publica", "enlace": "ftp://x"}

    errors = errors_of(office, task, {"fuentes": [row, {**row, "enlace": "", "titulo": "1094 Fortalecimiento"}]})

    assert errors["fuentes.0.enlace"] == "Escriba la dirección con https://"
    assert "1990" in errors["fuentes.0.anio"]
    assert "1094 Fortalecimiento" in errors["fuentes.0.titulo"]
    assert errors["fuentes.1.archivo"] == "Cargue el archivo o escriba el enlace."
    assert "fuentes.1.titulo" not in errors
    with office.database.reading() as session:
        assert session.scalars(sa.select(Source)).all() == []


def test_phase_1_refuses_a_schedule_in_a_circle_and_a_tick_without_record(office: Office) -> None:
    office.begin("f1_conociendo_sector")
    play = office.cast(polite=True)
    task = play_until(office, play, "formular_cronograma")
    raw = robots_answer(office, play, task)
    names = [row["actividad"] for row in raw["actividades"]]
    raw["actividades"][0] |= {"predecesora": names[1], "inicio": "2016-12-24", "fin": "2016-12-23"}

    errors = errors_of(office, task, raw)

    assert errors["actividades.0.predecesora"] == "Las actividades se esperan unas a otras en círculo."
    assert "no es día hábil" in errors["actividades.0.inicio"]
    assert errors["actividades.0.fin"] == "Termina antes de empezar."

    task = play_until(office, play, "cerrar_fase_1")
    with office.database.unit_of_work() as session:
        sources.agree(session, PLAN, [], "x", "y", actor=directory.actor(session, "jrojas"), now=office.clock.now())
    errors = errors_of(
        office,
        task,
        {"resultados": ["reconocimiento_del_sector"], "herramientas": ["normatividad"], "observaciones": ""},
    )
    assert set(errors) == {"resultados", "observaciones"}


def test_phase_2_refuses_at_the_field_and_notes_what_to_correct(office: Office) -> None:
    play = office.cast(polite=True)
    office.begin("f1_conociendo_sector")
    play_until(office, play, "cerrar_fase_1")
    play.work(play_until(office, play, "cerrar_fase_1"))
    office.begin("f2_elaboracion_pes", resultado_metodologia="aprobada")

    refuse_an_assignment(office, play)
    refuse_points_from_nowhere(office, play)
    refuse_objectives_without_roots(office, play)
    refuse_weights_that_do_not_close(office, play)
    refuse_references_to_nothing(office, play)
    note_what_the_whole_battery_lacks(office, play)


def refuse_an_assignment(office: Office, play: Play) -> None:
    task = play_until(office, play, "asignar_tareas")
    raw = robots_answer(office, play, task)
    raw["asignaciones"] = [
        {**row, "apoyo": row["responsable"]} for row in raw["asignaciones"] if row["trabajo"] != "1.2"
    ]
    errors = errors_of(office, task, raw)
    assert errors["asignaciones"] == "Falta asignar: 1.2 Antecedentes."
    assert errors["asignaciones.0.apoyo"] == "Quien apoya es otra persona."


def refuse_points_from_nowhere(office: Office, play: Play) -> None:
    task = play_until(office, play, "priorizar_temas")
    raw = robots_answer(office, play, task)
    unsaid = next(n for n, row in enumerate(raw["matriz"]) if row["directivos"] == "0")
    said = next(n for n, row in enumerate(raw["matriz"]) if row["directivos"] != "0")
    raw["matriz"][unsaid]["directivos"] = "3"
    raw["matriz"][said]["directivos"] = "0"
    errors = errors_of(office, task, raw)
    assert errors == {
        f"matriz.{unsaid}.directivos": "El tema no viene de esta fuente: deje 0.",
        f"matriz.{said}.directivos": "El tema viene de esta fuente: dele al menos 1.",
    }


def refuse_objectives_without_roots(office: Office, play: Play) -> None:
    task = play_until(office, play, "estructurar_mes")
    form, raw = opened(office, task), robots_answer(office, play, task)
    citizens_only = {value for value, _ in form.options["objetivos.fuente_ciudadana"]} - {
        value for value, _ in form.options["objetivos.fuente_gobierno"]
    }
    assert citizens_only
    raw["objetivos"][0]["fuente_gobierno"] = citizens_only.pop()
    assert set(errors_of(office, task, raw)) == {"objetivos.0.fuente_gobierno"}
    raw = robots_answer(office, play, task)
    kept = raw["objetivos"][0]["tema"]
    raw["objetivos"] = [row for row in raw["objetivos"] if row["tema"] == kept]
    assert "Ningún objetivo recoge" in errors_of(office, task, raw)["objetivos"]


def refuse_weights_that_do_not_close(office: Office, play: Play) -> None:
    task = play_until(office, play, "definir_lineas_productos")
    raw = robots_answer(office, play, task)
    raw["lineas"][0]["peso"] = "41"
    raw["objetivos"][3]["peso"] = "39,5"
    raw["productos"] = raw["productos"][1:]
    errors = errors_of(office, task, raw)
    assert errors["lineas"] == "Los pesos de las líneas suman 101 y deben sumar 100."
    assert errors["objetivos"] == "Los pesos de los objetivos de L2 suman 99,5 y deben sumar 100."
    assert errors["productos"] == "Sin producto: O1.1. Cada objetivo necesita al menos uno."


def refuse_references_to_nothing(office: Office, play: Play) -> None:
    task = play_until(office, play, "formular_indicadores")
    raw = robots_answer(office, play, task)
    raw["indicadores"][0] |= {"meta": "MR-9", "direccion": "disminuir", "anualizacion": "creciente"}
    raw["indicadores"].append(dict(raw["indicadores"][1]))
    raw["programacion"][0]["anio"] = "2030"
    assert errors_of(office, task, raw)["indicadores.0.meta"] == "Elija una de las opciones de la lista."
    raw["indicadores"][0]["meta"] = raw["metas"][0]["codigo"]
    errors = errors_of(office, task, raw)
    assert errors[f"indicadores.{len(raw['indicadores']) - 1}.codigo"] == "Este código ya está en la tabla."
    assert errors["indicadores.0.direccion"] == "Un indicador creciente no es para disminuir."
    assert errors["programacion.0.anio"] == "El plan va de 2017 a 2020."


def note_what_the_whole_battery_lacks(office: Office, play: Play) -> None:
    play.robots.polite = False
    play.robots.returned -= {("indicador_con_error", "")}
    task = play_until(office, play, "corregir_indicadores")
    form = opened(office, task)
    noted = {path: note for path, note in form.prefill.notes.items() if path.startswith("indicadores.")}
    assert noted and all("suman 105 y deben sumar 100" in note for note in noted.values())
    assert all(path.endswith(".peso") for path in noted)
    with office.database.reading() as session:
        entity = str(form.task.variables["entidad"])
        assert battery_check.of_entity(session, PLAN, entity)
        assert {one.table for one in session.scalars(sa.select(BatteryFinding))} == {"indicadores"}


def test_a_survey_that_nobody_closes_closes_itself_with_what_citizens_said(office: Office) -> None:
    case = office.begin("sub_encuesta", titulo="Temas", pregunta_sugerida="¿Qué va primero?")
    play = office.cast()

    task = play_until(office, play, "acompanar_encuesta")
    with office.database.unit_of_work() as session:
        assert citizens.answer_open_surveys(session, PLAN, office.clock.now(), Reality()) == citizens.A_DAY
    play.robots.acts = lambda name, _variables: name != "acompanar_encuesta"  # type: ignore[method-assign]
    play.until(bogota_day(office.clock.now()) + dt.timedelta(days=40))

    with office.database.reading() as session:
        (survey,) = conducting.of_plan(session, PLAN)
        assert (survey.state, survey.answers, survey.instance_id) == (SurveyState.PUBLISHED, citizens.A_DAY, case)
        assert sum(option.votes or 0 for option in survey.options) > citizens.A_DAY
        assert session.get_one(UserTask, task).state == "cancelled"
