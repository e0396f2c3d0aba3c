"""The case that carries a plan: begun by hand, created, and archived once nothing is open."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile

import orjson
import pytest
import sqlalchemy as sa

from engine.identity import SYSTEM, Actor
from engine.instances import commands as instances
from engine.instances import messages
from engine.tasks.models import UserTask
from tests.support.plan import PLAN, House
from workflows.auditing import recording as auditing
from workflows.documents import files, versions
from workflows.documents.models import Document, StoredFile
from workflows.documents.states import Reserve
from workflows.errors import Conflict, Forbidden, InvalidSubmission, Refused
from workflows.lifecycle import archiving, creating, starting
from workflows.lifecycle.creating import RETROACTIVE
from workflows.lifecycle.models import FollowUpStart, PlanArchive
from workflows.people import directory
from workflows.plan import participants
from workflows.plan.models import Plan
from workflows.sectors import registry

OVER = ("fase_4_cerrada", "fase_5_cerrada", "evaluacion_final_cerrada")


def test_only_the_coordinator_begins_a_plan_and_only_once(sector: House) -> None:
    with sector.database.unit_of_work() as session:
        liaison = directory.actor(
            session, directory.people_with(session, "enlace_planeacion", "GOB", "SDG")[0].username
        )

        with pytest.raises(Forbidden):
            starting.start_plan(session, sector.engine, "GOB", PLAN, actor=liaison)
        with pytest.raises(Refused, match="mayúsculas"):
            starting.start_plan(session, sector.engine, "GOB", "un plan", actor=_coordinator(sector))
        case = starting.start_plan(session, sector.engine, "GOB", " pes-gob ", actor=_coordinator(sector))
        with pytest.raises(Conflict, match="PES-GOB"):
            starting.start_plan(session, sector.engine, "GOB", PLAN, actor=_coordinator(sector))

        assert (case.business_key, case.scope, case.name) == (PLAN, PLAN, "Ciclo de vida de PES-GOB")


def test_the_first_task_creates_the_plan_and_links_its_entities(sector: House) -> None:
    _begin(sector)

    _do(sector, "crear_plan", **_CREATED)

    with sector.database.reading() as session:
        plan = session.get_one(Plan, PLAN)
        assert (plan.state, plan.first_year, plan.years, plan.ends_on) == (
            "formulacion",
            2017,
            4,
            dt.date(2020, 12, 31),
        )
        assert (plan.approval_rule, plan.first_level_name) == ("mayoría", "pilar")
        assert participants.entities(session, PLAN) == ["SDG", "DADEP"]
        case = starting.case_of(session, PLAN)
        assert case is not None
        variables = instances.variables_of(session, sector.engine, case.id)
        assert variables["regla_aprobacion"] == "mayoria"
        assert variables["entidades"] == ["SDG", "DADEP"]
        assert [entry.action for entry in auditing.of_object(session, "plan", PLAN)] == ["crear_plan"]


def test_a_new_plan_is_offered_what_its_sector_says_of_itself(sector: House) -> None:
    with sector.database.unit_of_work() as session:
        registry.find(session, "GOB").first_level_name = "apuesta"
    _begin(sector)

    with sector.database.reading() as session:
        (task,) = session.scalars(sa.select(UserTask).where(UserTask.element_id == "crear_plan"))
        form = sector.forms.open(session, sector.engine, task.id, actor=_coordinator(sector))
    _do(sector, "crear_plan", **{**_CREATED, "nombre_primer_nivel": form.shown["nombre_primer_nivel"]})

    assert form.shown["nombre"] == "Plan Estratégico Sectorial de Gobierno 2017–2020"
    assert {"SDG", "IDPAC", "DADEP"} <= set(form.shown["entidades"])
    assert ("propio", "Apuesta") in form.options["nombre_primer_nivel"]
    with sector.database.reading() as session:
        assert session.get_one(Plan, PLAN).first_level_name == "apuesta"


def test_a_plan_does_not_end_before_it_is_made(sector: House) -> None:
    _begin(sector)

    with pytest.raises(InvalidSubmission) as refused:
        _do(sector, "crear_plan", **{**_CREATED, "anio_inicio": "2010"})

    assert [error.path for error in refused.value.errors] == ["anio_inicio"]


def test_the_file_is_not_archived_while_a_case_of_the_plan_is_open(sector: House) -> None:
    _reach_the_archive(sector)
    with sector.database.unit_of_work() as session:
        running = _another_case(sector, session)

    with pytest.raises(InvalidSubmission) as refused:
        _do(sector, "confirmar_archivo", **_CONFIRMED)
    with sector.database.unit_of_work() as session:
        with pytest.raises(Refused, match="Fase 1"):
            archiving.confirm(session, sector.engine, PLAN, "planes_estrategicos", "", actor=SYSTEM)
        instances.cancel(session, sector.engine, running, actor=SYSTEM, reason="Ya no se necesita")
    _do(sector, "confirmar_archivo", **_CONFIRMED)

    (error,) = refused.value.errors
    assert error.path == "indice_revisado"
    assert "Fase 1" in error.message
    with sector.database.reading() as session:
        assert session.get_one(Plan, PLAN).state == "cerrado"


def test_the_archive_holds_every_piece_with_its_sha256(sector: House) -> None:
    _reach_the_archive(sector)
    with sector.database.unit_of_work() as session:
        _write_something(sector, session)

    _do(sector, "confirmar_archivo", **_CONFIRMED)

    with sector.database.reading() as session:
        kept = session.get_one(PlanArchive, PLAN)
        assert kept.file_id is not None
        zipped = zipfile.ZipFile(io.BytesIO(files.read(session, kept.file_id)))
        described = zipped.read("indice.json")
        index = orjson.loads(described)
        paths = {piece["ruta"]: piece for piece in index["piezas"]}
        document = session.scalars(sa.select(Document).where(Document.kind == "expediente")).one()
        case = starting.case_of(session, PLAN)
        assert case is not None

        assert index["trd"]["disposicion_final"] == "Conservación total"
        assert set(zipped.namelist()) == {"indice.json", *paths}
        for path, piece in paths.items():
            assert _sha256(zipped.read(path)) == piece["sha256"]
        assert {"bitacora.csv", "plan/plan.xlsx", "versiones/metodologia-0.1.json"} <= set(paths)
        assert (kept.entries, kept.index_sha256) == (len(paths), _sha256(described))
        assert document.file_id == kept.file_id
        assert case.state == "completed"


@pytest.mark.parametrize(
    ("attached", "kept_as"),
    [(Reserve.PUBLIC, Reserve.CLASSIFIED), (Reserve.RESERVED, Reserve.RESERVED)],
    ids=["the bitácora is classified", "a support is reserved"],
)
def test_the_archive_is_as_reserved_as_the_most_reserved_piece_in_it(
    sector: House, attached: Reserve, kept_as: Reserve
) -> None:
    _reach_the_archive(sector)
    with sector.database.unit_of_work() as session:
        task = session.scalars(sa.select(UserTask.id)).first()
        files.keep(
            session, sector.clock, "amartinez", "soporte.pdf", b"%PDF-1.7", "application/pdf", task_id=task,
            reserve=attached,
        )  # fmt: skip

    _do(sector, "confirmar_archivo", **_CONFIRMED)

    with sector.database.reading() as session:
        archived = sa.select(StoredFile.reserve).join(Document, Document.file_id == StoredFile.id)
        assert session.scalars(archived.where(Document.kind == "expediente")).one() == kept_as


def test_archiving_again_changes_nothing(sector: House) -> None:
    _reach_the_archive(sector)
    _do(sector, "confirmar_archivo", **_CONFIRMED)

    with sector.database.unit_of_work() as session:
        before = session.scalar(sa.select(sa.func.count()).select_from(StoredFile))
        archiving.archive(session, sector.engine, PLAN)
        assert session.scalar(sa.select(sa.func.count()).select_from(StoredFile)) == before


def test_loading_earlier_months_moves_the_first_month_followed(sector: House) -> None:
    _begin(sector)
    _do(sector, "crear_plan", **_CREATED)

    with sector.database.unit_of_work() as session:
        plan = session.get_one(Plan, PLAN)
        plan.first_month = "2018-01"
        creating.decide_start(
            session, sector.engine, plan, RETROACTIVE, dt.date(2017, 7, 1), "Hay registros", actor=SYSTEM
        )

    with sector.database.reading() as session:
        assert session.get_one(Plan, PLAN).first_month == "2017-07"
        assert session.get_one(FollowUpStart, PLAN).reason == "Hay registros"


_CREATED = {
    "nombre": "Plan Estratégico Sectorial",
    "sector": "Gobierno",
    "anio_inicio": "2017",
    "anios": "4",
    "pdds": [{"nombre": "Plan de Desarrollo", "desde": "2016-06-09", "hasta": "2020-05-31"}],
    "entidades": ["SDG", "DADEP"],
    "nombre_primer_nivel": "pilar",
    "regla_aprobacion": "mayoria",
    "guia_version": "2018-01",
}
_CONFIRMED = {"indice_revisado": "on", "serie_documental": "planes_estrategicos", "observaciones": ""}


def _coordinator(house: House) -> Actor:
    with house.database.reading() as session:
        return directory.actor(session, directory.people_with(session, "coordinador_pes", "GOB")[0].username)


def _begin(house: House) -> None:
    coordinator = _coordinator(house)
    with house.database.unit_of_work() as session:
        starting.start_plan(session, house.engine, "GOB", PLAN, actor=coordinator)


def _do(house: House, element: str, **raw: object) -> None:
    coordinator = _coordinator(house)
    with house.database.unit_of_work() as session:
        task = session.scalars(
            sa.select(UserTask).where(UserTask.element_id == element, UserTask.state == "open")
        ).one()
        house.forms.submit(session, house.engine, task.id, coordinator, raw)


def _reach_the_archive(house: House) -> None:
    _begin(house)
    _do(house, "crear_plan", **_CREATED)
    with house.database.unit_of_work() as session:
        assert all(messages.send(session, house.engine, one, PLAN, {}, actor=SYSTEM) for one in OVER)


def _another_case(house: House, session) -> int:  # type: ignore[no-untyped-def]
    case = instances.start(
        session,
        house.engine,
        "pes_maestro",
        business_key="otro",
        name="Fase 1 de otro plan",
        scope="OTRO",
        tenant="GOB",
        variables={"plan": "OTRO"},
        actor=SYSTEM,
    )
    # Only its name and scope matter here: any process of the plan that is not over.
    case.scope, case.process_key = PLAN, "f1_conociendo_sector"
    session.flush()
    return int(case.id)


def _write_something(house: House, session) -> None:  # type: ignore[no-untyped-def]
    document = versions.find_or_begin(session, PLAN, "metodologia", "Metodología")
    versions.make(
        session,
        document,
        "0.1",
        {"sections": [{"code": "1", "title": "Alcance", "text": "Todo el sector"}]},
        now=house.clock.now(),
        by="ana",
    )


def _sha256(content: bytes) -> str:

    return hashlib.sha256(content).hexdigest()
