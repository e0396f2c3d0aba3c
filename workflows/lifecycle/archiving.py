"""Archiving a plan: the index of its file with SHA-256, the retention data, and everything as one ZIP."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import SYSTEM, Actor
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import InstanceState
from engine.tasks.models import UserTask
from workflows.auditing import recording as auditing
from workflows.auditing.models import AuditEntry
from workflows.auditing.reading import of_plan
from workflows.documents import files
from workflows.documents.models import Document, DocumentVersion, PlanDocument, StoredFile
from workflows.documents.states import DocumentKind, Reserve
from workflows.documents.tables import Column, as_csv
from workflows.errors import Refused
from workflows.evaluation.models import Evaluation, EvaluationInput
from workflows.lifecycle.models import PlanArchive
from workflows.lifecycle.retention import series
from workflows.lifecycle.starting import MASTER
from workflows.loading import workbook
from workflows.meetings.minutes import FOLLOWED
from workflows.meetings.models import Commitment
from workflows.plan.models import Plan
from workflows.plan.states import PlanState
from workflows.records import stored
from workflows.spanish import long_moment

EPOCH = (1980, 1, 1, 0, 0, 0)
MAX_BYTES = 200 * 1024 * 1024
"""What the export carries itself; what is beyond is in the index, by its SHA-256."""


WHAT_WAS_DONE: tuple[Column[AuditEntry], ...] = (
    Column("quien", lambda entry: entry.actor_id),
    Column("accion", lambda entry: entry.action),
    Column("clase", lambda entry: entry.object_kind),
    Column("objeto", lambda entry: entry.object_id),
    Column("resultado", lambda entry: entry.outcome),
    Column("motivo", lambda entry: entry.reason),
)
"""What every table of the *bitácora* tells beside the moment."""
AUDIT: tuple[Column[AuditEntry], ...] = (Column("fecha", lambda entry: entry.at.isoformat()), *WHAT_WAS_DONE)
HANDOVER: tuple[Column[tuple[str, str, str, str]], ...] = (
    Column("que", itemgetter(0)),
    Column("cual", itemgetter(1)),
    Column("quien", itemgetter(2)),
    Column("cuando", itemgetter(3)),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a plan's file: its path in the export, what it is, and where its bytes are."""

    path: str
    title: str
    kept_at: str
    size: int
    sha256: str
    file_id: int | None = None
    content: bytes = b""
    reserve: Reserve = Reserve.PUBLIC

    def row(self) -> dict[str, str]:
        """As the index writes it."""
        return {
            "ruta": self.path,
            "titulo": self.title,
            "fecha": self.kept_at,
            "bytes": str(self.size),
            "sha256": self.sha256,
        }


def open_cases(session: Session, plan_code: str) -> list[Instance]:
    """The cases of a plan that are not over, besides the one that carries it."""
    query = sa.select(Instance).where(
        Instance.scope == plan_code, Instance.state == InstanceState.ACTIVE, Instance.process_key != MASTER
    )
    return list(session.scalars(query.order_by(Instance.id)))


def confirm(
    session: Session, engine: ProcessEngine, plan_code: str, series_key: str, remarks: str, *, actor: Actor
) -> PlanArchive:
    """Confirm that the file is complete. Raises `Refused` while a case of the plan is open."""
    ensure_nothing_open(session, plan_code)
    kept = session.get(PlanArchive, plan_code) or PlanArchive(plan_code=plan_code)
    kept.series, kept.remarks = series_key, remarks
    kept.confirmed_at, kept.confirmed_by = engine.now(), actor.id
    session.add(kept)
    session.flush()
    return kept


def ensure_nothing_open(session: Session, plan_code: str) -> None:
    """Raise `Refused` while a case of the plan is open."""
    running = open_cases(session, plan_code)
    if running:
        names = "; ".join(case.name for case in running[:5])
        raise Refused(f"Todavía hay procesos abiertos: {names}. Termínelos antes de archivar el expediente.")


def archive(session: Session, engine: ProcessEngine, plan_code: str) -> PlanArchive:
    """Close the plan and keep its file as one ZIP, as reserved as what it holds. Doing it twice changes nothing.

    Raises `Refused`.
    """
    kept = session.get(PlanArchive, plan_code)
    if kept is None:
        raise Refused(f"Nadie ha confirmado el archivo del plan {plan_code}.")
    if kept.archived_at is not None:
        return kept
    ensure_nothing_open(session, plan_code)
    plan = session.get_one(Plan, plan_code)
    pieces = index(session, plan_code)
    content, digest = _export(session, plan, kept, pieces)
    name = f"{plan_code}-expediente.zip"
    reserve = max((piece.reserve for piece in pieces), key=list(Reserve).index)
    file = files.keep(
        session, engine.clock, SYSTEM.id, name, content, "application/zip", sector=plan.sector_code, reserve=reserve
    )
    kept.archived_at, kept.file_id = engine.now(), file.id
    kept.entries, kept.index_sha256 = len(pieces), digest
    plan.state = PlanState.CLOSED
    session.add(_document(plan, file, engine))
    auditing.record(
        session,
        engine.clock,
        SYSTEM,
        "archivar_expediente",
        ("plan", plan_code),
        after={"piezas": len(pieces), "indice": digest},
    )
    session.flush()
    return kept


def index(session: Session, plan_code: str) -> list[Piece]:
    """Every piece of the plan's file: the plan, its documents and their versions, supports, acts, the *bitácora*."""
    made = [*_records(session, plan_code)]
    return [*made, *_documents(session, plan_code), *_supports(session, plan_code)]


def _records(session: Session, plan_code: str) -> Iterator[Piece]:
    data = stored.stored_plan(session, plan_code)
    if data is not None:
        yield _made(
            "plan/plan.xlsx", "El plan: entidades, metas, indicadores, programación", workbook.write_workbook(data)
        )
    for document, version in _versions(session, plan_code):
        name = "-".join(part for part in (document.kind, document.key, version.number) if part)
        yield Piece(
            f"versiones/{name}.json",
            f"{document.title}, versión {version.number}",
            version.made_at.isoformat(),
            *_measure(content := orjson.dumps(version.content, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)),
            content=content,
        )
    # Who did what is read by the coordination and internal control, here as on its page.
    yield _made("bitacora.csv", "Bitácora del plan", _audit(session, plan_code), Reserve.CLASSIFIED)
    yield from _handover(session, plan_code)


def _versions(session: Session, plan_code: str) -> Iterable[tuple[PlanDocument, DocumentVersion]]:
    query = (
        sa.select(PlanDocument, DocumentVersion)
        .join(DocumentVersion, DocumentVersion.document_id == PlanDocument.id)
        .where(PlanDocument.plan_code == plan_code)
        .order_by(PlanDocument.kind, PlanDocument.key, DocumentVersion.id)
    )
    return [(row.PlanDocument, row.DocumentVersion) for row in session.execute(query)]


def _documents(session: Session, plan_code: str) -> Iterator[Piece]:
    query = (
        sa.select(Document, StoredFile)
        .join(StoredFile, StoredFile.id == Document.file_id)
        .where(Document.plan_code == plan_code, Document.kind != DocumentKind.ARCHIVE)
        .order_by(Document.kind, Document.key, Document.version, Document.format)
    )
    for document, file in session.execute(query):
        folder = "/".join(part for part in ("documentos", document.kind, document.key) if part)
        yield _stored(f"{folder}/{file.id}-{files.clean_name(file.name)}", document.title, file)


def _supports(session: Session, plan_code: str) -> Iterator[Piece]:
    """What people attached to their tasks, under the case it belongs to."""
    query = (
        sa.select(StoredFile, Instance.business_key, UserTask.name)
        .join(UserTask, UserTask.id == StoredFile.task_id)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(Instance.scope == plan_code)
        .order_by(StoredFile.id)
    )
    for file, key, task in session.execute(query):
        folder = str(key).replace("/", "_")
        yield _stored(f"soportes/{folder}/{file.id}-{files.clean_name(file.name)}", f"{task}: {file.name}", file)


def _stored(path: str, title: str, file: StoredFile) -> Piece:
    kept_at = file.stored_at.isoformat()
    return Piece(path, title, kept_at, file.size, file.sha256, file_id=file.id, reserve=file.reserve)


def _made(path: str, title: str, content: bytes, reserve: Reserve = Reserve.PUBLIC) -> Piece:
    return Piece(path, title, "", *_measure(content), content=content, reserve=reserve)


def _measure(content: bytes) -> tuple[int, str]:
    return len(content), hashlib.sha256(content).hexdigest()


def _audit(session: Session, plan_code: str) -> bytes:
    query = sa.select(AuditEntry).where(of_plan(plan_code))
    return as_csv(AUDIT, session.scalars(query.order_by(AuditEntry.id)))


def _handover(session: Session, plan_code: str) -> Iterator[Piece]:
    """Of a plan that ended early: what is missing and what stays open, for those who take over."""
    evaluation = session.scalar(
        sa.select(Evaluation).where(Evaluation.plan_code == plan_code, Evaluation.handover.is_(True))
    )
    if evaluation is None:
        return
    missing = session.scalars(
        sa.select(EvaluationInput).where(
            EvaluationInput.evaluation_id == evaluation.id, EvaluationInput.available.is_(False)
        )
    )
    promised = session.scalars(
        sa.select(Commitment).where(Commitment.plan_code == plan_code, Commitment.state.in_(FOLLOWED))
    )
    rows = [("falta", evaluation_input.kind, evaluation_input.key, "") for evaluation_input in missing]
    rows += [
        ("compromiso abierto", commitment.text, commitment.responsible or "", str(commitment.due_on or ""))
        for commitment in promised
    ]
    yield _made("empalme/pendientes.csv", "Paquete de empalme", as_csv(HANDOVER, rows))


def _export(session: Session, plan: Plan, kept: PlanArchive, pieces: Sequence[Piece]) -> tuple[bytes, str]:
    """The ZIP and the SHA-256 of its index; the same file gives the same bytes."""
    filed_under = series(kept.series)
    listing = {
        "plan": {"codigo": plan.code, "nombre": plan.name, "sector": plan.sector.name},
        "trd": {
            "serie": filed_under.name,
            "subserie": filed_under.subseries,
            "anios_archivo_gestion": filed_under.office_years,
            "anios_archivo_central": filed_under.central_years,
            "disposicion_final": filed_under.disposition,
        },
        "confirmado": {"por": kept.confirmed_by, "el": long_moment(kept.confirmed_at), "observaciones": kept.remarks},
        "piezas": [piece.row() for piece in pieces],
    }
    described = orjson.dumps(listing, option=orjson.OPT_INDENT_2)
    target, carried = io.BytesIO(), 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as zipped:
        _put(zipped, "indice.json", described)
        for piece in pieces:
            carried += piece.size
            if carried <= MAX_BYTES:
                _put(zipped, piece.path, piece.content or _content(session, piece))
    return target.getvalue(), hashlib.sha256(described).hexdigest()


def _content(session: Session, piece: Piece) -> bytes:
    return b"" if piece.file_id is None else files.read(session, piece.file_id)


def _put(zipped: zipfile.ZipFile, path: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(path, EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    zipped.writestr(entry, content)


def _document(plan: Plan, file: StoredFile, engine: ProcessEngine) -> Document:
    return Document(
        plan_code=plan.code,
        kind=DocumentKind.ARCHIVE,
        key="",
        format="zip",
        title=f"Expediente de {plan.name}",
        file_id=file.id,
        dated_at=engine.now(),
        made_at=engine.now(),
        published_at=None,
    )
