"""The ways phase 3 may turn: no rounds left, refusals at their fields, four eyes, earlier months, its documents."""

from __future__ import annotations

import datetime as dt
import io

import docx
import pytest
import sqlalchemy as sa

from engine.errors import NotAllowed
from tests.integration.approvals.conftest import COORDINATOR, ENTITIES, Office
from tests.support.plan import PLAN
from workflows.approvals import act_files, plan_printing, printing, published
from workflows.approvals import on_portal as portal
from workflows.approvals.models import AdministrativeAct, Observation, Publication, ReviewRound
from workflows.auditing import recording as auditing
from workflows.cycles.models import PeriodStart
from workflows.documents import files
from workflows.documents.models import Document
from workflows.errors import InvalidSubmission
from workflows.plan.models import Plan
from workflows.sectors import keeping, registry
from workflows.sectors.models import Sector

HEADS = {"SDG": "mlopez", "IDPAC": "pcastro", "DADEP": "ftorres"}
LIAISONS = {"SDG": "cvega", "IDPAC": "rmora", "DADEP": "bdiaz"}


def _terms(office: Office, rounds: int = 1) -> None:
    raw = {"medio": "oficio", "plazo_dias_habiles": "5", "con_mesa": "no", "rondas_maximas": str(rounds)}
    office.send("fijar_plazos", "amartinez", raw)


def _review(office: Office, *, rounds: int = 1) -> None:
    """A round in which nobody objects."""
    _terms(office, rounds)
    for entity, username in LIAISONS.items():
        office.send("revisar_documento", username, {"sin_observaciones": "on"}, entidad=entity)
    office.send("responder_observaciones", "jrojas", {"respuestas": []})
    office.send("ajustar_documento", "jrojas", {"cambios": []})


def _approve(office: Office, **refusals: str) -> None:
    for entity, username in HEADS.items():
        raw = {"decision": "aprueba", "apruebo_esta_version": "on"}
        if entity in refusals:
            raw = {"decision": "no_aprueba", "razon": refusals[entity]}
        office.send("aprobar_pes", username, raw, entidad=entity)


def _draft(office: Office) -> None:
    form = office.form("proyectar_acto", "hperez")
    raw = {key: form.shown[key] for key in ("tipo", "considerandos", "articulado")}
    office.send("proyectar_acto", "hperez", raw)


def _sign(office: Office) -> None:
    signed = office.upload("suscribir_acto", "mlopez")
    office.send("suscribir_acto", "mlopez", {"decision": "suscrito", "acto_suscrito": [signed]})


def _number(office: Office, on: str, code: str = "012") -> None:
    file_id = office.upload("numerar_acto", "hperez")
    raw = {"numero": code, "fecha": on, "registro_distrital": "6.789", "archivo": [file_id]}
    office.send("numerar_acto", "hperez", raw)


def _errors(refused: pytest.ExceptionInfo[InvalidSubmission]) -> dict[str, str]:
    return {error.path: error.message for error in refused.value.errors}


def test_without_rounds_left_the_committee_decides(office: Office) -> None:
    office.begin()
    _review(office)
    _approve(office, IDPAC="Faltan los recursos.")

    office.send("decidir_en_comite", "mlopez", _committee(office, "otra_ronda"))
    form = office.form("fijar_plazos", "amartinez")
    assert (form.shown["ronda"], form.shown["rondas_maximas"]) == (2, 2)
    with pytest.raises(InvalidSubmission) as refused:
        _terms(office, 1)
    assert "ronda 2" in _errors(refused)["rondas_maximas"]

    _terms(office, 2)
    for entity, username in LIAISONS.items():
        office.send("revisar_documento", username, {"sin_observaciones": "on"}, entidad=entity)
    row = office.form("responder_observaciones", "jrojas").shown["respuestas"][0]
    assert "Faltan los recursos." in row["observacion"]
    answer = {"decision": "no_acogida", "respuesta": "Los recursos están en el capítulo 4."}
    office.send("responder_observaciones", "jrojas", {"respuestas": [answer]})
    office.send("ajustar_documento", "jrojas", {"cambios": []})
    _approve(office, IDPAC="Sigue sin precisarse.")
    office.send("decidir_en_comite", "mlopez", _committee(office, "se_adopta"))

    assert office.open_tasks() == ["proyectar_acto"]
    assert "el Comité Sectorial decidió adoptar" in office.form("proyectar_acto", "hperez").shown["considerandos"]
    with office.house.database.reading() as session:
        rounds = session.scalars(sa.select(ReviewRound).order_by(ReviewRound.number)).all()
        assert [(one.outcome, one.committee_decision) for one in rounds] == [
            ("sin_rondas", "otra_ronda"),
            ("sin_rondas", "se_adopta"),
        ]
        assert [one.committee_by for one in rounds] == ["mlopez", "mlopez"]


def _committee(office: Office, decision: str) -> dict[str, object]:
    minutes = office.upload("decidir_en_comite", "mlopez")
    return {"decision": decision, "argumento": "Se discutió en el Comité.", "acta": [minutes]}


def test_what_was_taken_in_must_change_the_document(office: Office) -> None:
    office.begin()
    _terms(office)
    observed = {"seccion": "5.1", "tipo": "cifra", "texto": "No coincide.", "propuesta": "Corregirla."}
    office.send("revisar_documento", "cvega", {"observaciones": [observed]}, entidad="SDG")
    for entity in ("IDPAC", "DADEP"):
        office.send("revisar_documento", LIAISONS[entity], {"sin_observaciones": "on"}, entidad=entity)
    answer = {"decision": "acogida", "respuesta": "Se corrige."}
    office.send("responder_observaciones", "jrojas", {"respuestas": [answer]})

    with pytest.raises(InvalidSubmission) as refused:
        office.send("ajustar_documento", "jrojas", {"cambios": []})
    assert "acogidas" in _errors(refused)["cambios"]
    change = {"seccion": "5.1", "tipo": "ajuste", "texto": "Las metas de resultado miden otro cambio."}
    office.send("ajustar_documento", "jrojas", {"cambios": [change]})

    assert "[sale:" in str(office.form("aprobar_pes", "pcastro", entidad="IDPAC").panels)


def test_an_unfinished_review_goes_on_when_its_time_is_over(office: Office) -> None:
    office.begin()
    _terms(office)
    office.send("revisar_documento", "cvega", {"sin_observaciones": "on"}, entidad="SDG")

    office.tick(dt.datetime(2018, 3, 14, 14, tzinfo=dt.UTC))

    assert office.open_tasks() == ["responder_observaciones"]
    shown = str(office.form("responder_observaciones", "jrojas").panels)
    assert shown.count("Sin pronunciamiento") == 2


def test_who_drafts_the_act_does_not_sign_it_and_its_number_is_its_own(office: Office) -> None:
    office.begin(regla_aprobacion="mayoria")
    _review(office)
    _approve(office, DADEP="No estoy de acuerdo.")
    _draft(office)
    with pytest.raises(NotAllowed):
        office.send("suscribir_acto", "hperez", {"decision": "devuelto", "motivo": "No."})
    _sign(office)

    with pytest.raises(InvalidSubmission) as refused:
        _number(office, "2018-12-31")
    assert "no ha llegado" in _errors(refused)["fecha"]
    with office.house.database.unit_of_work() as session:
        act = session.scalars(sa.select(AdministrativeAct)).one()
        session.add(_same_number(act, "012"))
        registry.create(session, "HAB", "Hábitat")
        session.add(_plan_of("HAB"))
        session.flush()
        session.add(_same_number(act, "013", "PES-HAB"))  # the head of another sector numbers its own
    with pytest.raises(InvalidSubmission) as refused:
        _number(office, "2018-03-05")
    assert "Ya hay otro acto" in _errors(refused)["numero"]

    _number(office, "2018-03-05", "013")
    with office.house.database.reading() as session:
        assert session.get_one(Plan, PLAN).state == "vigente"


def _plan_of(sector: str) -> Plan:
    return Plan(
        code=f"PES-{sector}", name="Otro", sector_code=sector, first_year=2018, years=4, state="formulacion",
        first_month="2018-01", ends_on=dt.date(2021, 12, 31),
    )  # fmt: skip


def _same_number(act: AdministrativeAct, number: str, plan: str = PLAN) -> AdministrativeAct:
    return AdministrativeAct(
        plan_code=plan, instance_id=act.instance_id, version_id=act.version_id, mode="adopcion",
        kind=act.kind, recitals="-", articles="-", state="numerado", drafted_by="hperez", drafted_at=act.drafted_at,
        number=number, dated_on=dt.date(2018, 1, 9), id=act.id - int(number),
    )  # fmt: skip


def test_a_plan_adopted_in_its_second_year_starts_the_year_that_runs(office: Office) -> None:
    office.begin(regla_aprobacion="cabeza_decide")
    _review(office)
    _approve(office, DADEP="No.", IDPAC="No.")
    _draft(office)
    _sign(office)

    _number(office, "2018-03-01")

    with office.house.database.reading() as session:
        assert session.get_one(Plan, PLAN).first_month == "2018-03"
    office.house.play().tick()
    with office.house.database.reading() as session:
        opened = session.execute(sa.select(PeriodStart.process_key, PeriodStart.period, PeriodStart.outcome))
        started = {tuple(row) for row in opened}
        assert ("f5_preparacion", "2018", "abierto") in started
        assert {period for _process, period, _outcome in started} == {"2018"}
    assert {"convocar_presentacion", "publicar_en_canales", "establecer_responsables"} <= set(office.open_tasks())


def test_a_publication_needs_a_whole_address_and_only_what_failed_comes_back(office: Office) -> None:
    office.begin("sub_publicacion", objeto="pes", canales=["web_institucional", "intranet"])
    for entity, username in {"SDG": "lgomez", "IDPAC": "ynino", "DADEP": "ebarrera"}.items():
        rows = _published(office, "publicar_en_canales", username, entity, 2)
        if entity == "SDG":
            wrong = [{**rows[0], "url": "www.sdg.example"}, {**rows[1], "fecha": "2030-01-01"}]
            with pytest.raises(InvalidSubmission) as refused:
                office.send("publicar_en_canales", username, {"canales": wrong}, entidad=entity)
            assert set(_errors(refused)) == {"canales.0.url", "canales.1.fecha"}
        office.send("publicar_en_canales", username, {"canales": rows}, entidad=entity)

    shown = office.form("verificar_publicacion", "amartinez").shown["verificacion"]
    good = {"enlace_valido": "si", "accesible": "si"}
    checks = [good if place != 3 else {"enlace_valido": "si", "accesible": "no"} for place in range(len(shown))]
    with pytest.raises(InvalidSubmission) as refused:
        office.send("verificar_publicacion", "amartinez", {"verificacion": checks})
    assert set(_errors(refused)) == {"verificacion.3.nota"}
    checks[3] = {**checks[3], "nota": "Las imágenes no tienen texto."}
    office.send("verificar_publicacion", "amartinez", {"verificacion": checks})

    assert office.open_tasks() == ["completar_publicacion"]
    form = office.form("completar_publicacion", "ynino", entidad="IDPAC")
    assert [row["canal"] for row in form.shown["canales"]] == ["Intranet"]
    assert "Las imágenes no tienen texto." in form.prefill.notes["canales.0"]
    rows = _published(office, "completar_publicacion", "ynino", "IDPAC", 1)
    office.send("completar_publicacion", "ynino", {"canales": rows}, entidad="IDPAC")
    office.send("verificar_publicacion", "amartinez", {"verificacion": [good]})

    assert office.open_tasks() == []
    with office.house.database.reading() as session:
        states = session.scalars(sa.select(Publication.state)).all()
        assert states == ["verificada"] * (1 + 2 * len(ENTITIES))


def _published(office: Office, element: str, username: str, entity: str, count: int) -> list[dict[str, object]]:
    capture = office.upload(element, username, entidad=entity)
    row = {"url": f"https://{entity.lower()}.example/pes", "fecha": "2018-03-05", "captura": [capture]}
    return [dict(row) for _ in range(count)]


def test_the_act_and_the_sheet_of_observations_become_documents_once(adopted: Office) -> None:
    database, clock = adopted.house.database, adopted.house.clock

    while printing.MAKER.make_missing(database, clock):
        pass

    assert printing.MAKER.make_missing(database, clock) == 0
    with database.reading() as session:
        act = session.scalars(sa.select(AdministrativeAct)).one()
        made = session.scalars(sa.select(Document).where(Document.kind == "acto", Document.format == "docx")).one()
        assert made.key == str(act.id)
        text = "\n".join(one.text for one in docx.Document(io.BytesIO(files.read(session, made.file_id))).paragraphs)
        assert f"Resolución {act.number} de 2018" in text
        assert act.articles.splitlines()[0] in text
        assert "Publíquese y cúmplase" in text
        assert "Por la cual se adopta" in text and "Dada el" in text
        sheets = session.scalars(
            sa.select(Document).where(Document.kind == "observaciones", Document.format == "html")
        ).all()
        assert len(sheets) == 2
        page = files.read(session, sheets[0].file_id).decode()
        observation = session.scalars(sa.select(Observation)).first()
        assert observation is not None and observation.text in page


def test_an_act_says_its_competence_and_place(adopted: Office) -> None:
    with adopted.house.database.unit_of_work() as session:
        act = session.scalars(sa.select(AdministrativeAct)).one()
        act.place, act.powers = "Ciudad Nueva", "el artículo 8 del Acuerdo 9"

        page, values = printing.act_page(session, act), printing.act_values(session, act)

        assert act.dated_on is not None
        told = {section["heading"]: section["paragraphs"] for section in page.sections}
        assert next(iter(told)) == "Competencia"
        assert told["Competencia"] == [
            "En ejercicio de sus facultades y con fundamento en el artículo 8 del Acuerdo 9."
        ]
        assert told["Publíquese y cúmplase"] == [values["dado"]]
        assert values["dado"].startswith(f"Dada en Ciudad Nueva, a los {act.dated_on.day} días del mes de ")


def test_an_act_keeps_what_the_card_of_its_sector_said_when_it_was_drafted(office: Office) -> None:
    office.begin(regla_aprobacion="mayoria")
    _review(office)
    _approve(office)
    _card(office, "Ciudad Nueva", "el Acuerdo 9.")
    _draft(office)

    _card(office, "Otra Ciudad", "el Acuerdo 10")

    with office.house.database.reading() as session:
        act = session.scalars(sa.select(AdministrativeAct)).one()
        assert (act.place, printing.act_values(session, act)["facultades"]) == (
            "Ciudad Nueva", "En ejercicio de sus facultades y con fundamento en el Acuerdo 9.",
        )  # fmt: skip


def _card(office: Office, place: str, powers: str) -> None:
    with office.house.database.unit_of_work() as session:
        keeping.issue_acts(session.get_one(Sector, "GOB"), place, powers)


def test_the_word_file_of_an_act_comes_from_the_template_of_the_legal_office(adopted: Office) -> None:
    database, clock = adopted.house.database, adopted.house.clock
    with database.unit_of_work() as session:
        act_files.save(session, clock, "GOB", "acto.docx", act_files.example(), actor=COORDINATOR)

    while printing.MAKER.make_missing(database, clock):
        pass

    with database.reading() as session:
        act = session.scalars(sa.select(AdministrativeAct)).one()
        made = session.scalars(sa.select(Document).where(Document.kind == "acto", Document.format == "docx")).one()
        text = [one.text for one in docx.Document(io.BytesIO(files.read(session, made.file_id))).paragraphs]
        assert text[0] == f"Resolución {act.number} de 2018"
        assert act.articles.splitlines()[0] in text
        assert "PUBLÍQUESE Y CÚMPLASE" in text
        (entry,) = auditing.of_object(session, act_files.KIND, "GOB")
        assert entry.after["version"] == 1


def test_the_portal_does_not_show_a_plan_before_its_adoption(office: Office) -> None:
    office.begin()

    with office.house.database.reading() as session:
        assert PLAN not in {plan.code for plan in portal.plans(session)}


def test_the_portal_shows_the_adopted_plan_and_its_act_and_no_draft(adopted: Office) -> None:
    database, clock = adopted.house.database, adopted.house.clock
    clock.advance(dt.timedelta(days=9))
    while printing.MAKER.make_missing(database, clock) + plan_printing.MAKER.make_missing(database, clock):
        pass

    with database.reading() as session:
        assert PLAN in {plan.code for plan in portal.plans(session)}
        act = session.scalars(sa.select(AdministrativeAct)).one()
        shown = {(one.kind, one.key): one.formats for one in published.of_plan(session, PLAN)}
        assert shown == {("pes", "1.0"): ("docx", "html", "pdf"), ("acto", str(act.id)): ("docx", "html", "pdf")}
        assert {one.dated_on for one in published.of_plan(session, PLAN)} == {act.dated_on}, "not when they were made"
        assert [one.title.count("versión 1.0") for one in published.of_plan(session, PLAN)].count(1) == 1
        assert published.file_of(session, PLAN, "pes", "1.0", "pdf") is not None
        assert published.file_of(session, PLAN, "pes", "0.1", "pdf") is None
