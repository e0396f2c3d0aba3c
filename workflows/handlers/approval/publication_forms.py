"""Forms of `sub_publicacion`: where it was published, and whether it can be seen there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.contracts import LIST, TEXT, Contract
from workflows.approvals import publishing
from workflows.approvals.models import Publication
from workflows.approvals.publishing import Batch
from workflows.approvals.states import PublicationState
from workflows.calendar import bogota_day
from workflows.forms.handlers import ROW_KEY, FieldError, FormContext, PlainForm, Prefill, Values, path_of
from workflows.handlers.approval.review_forms import plan_of

TABLE, CHECKS = "canales", "verificacion"


def batch_of(context: FormContext) -> Batch:
    """What this task publishes."""
    return Batch(plan_of(context), context.instance.id, str(context.variables["objeto"]))


class Publish(PlainForm):
    """`publicar_en_canales`: an entity publishes in each of its channels."""

    contract = Contract(needs={"objeto": TEXT}, uses={"entidad": TEXT}, fields=frozenset({"canales"}))

    def rows(self, context: FormContext) -> list[Publication]:
        """The publications of the entity."""
        entity = context.variables.get("entidad")
        return [
            publication
            for publication in publishing.of_batch(context.session, batch_of(context))
            if publication.entity_code == entity
        ]

    def prepare(self, context: FormContext) -> Prefill:
        """A row per channel; beside one that failed, what was wrong."""
        rows, notes = self.rows(context), {}
        for place, publication in enumerate(rows):
            check = publishing.last_check(context.session, publication.id)
            if publication.state == PublicationState.FAILED and check is not None:
                notes[path_of(TABLE, place)] = (
                    f"Al verificar: {_wrong(check.link_works, check.accessible)} {check.note}"
                )
        return Prefill(values={TABLE: [_row(one) for one in rows]}, notes=notes)

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """An address is one of the web; nothing was published tomorrow."""
        errors, today = [], bogota_day(context.now())
        for place, row in enumerate(values[TABLE]):
            if not str(row["url"]).lower().startswith(("http://", "https://")):
                message = "Escriba la dirección completa, con https:// al comienzo."
                errors.append(FieldError(path_of(TABLE, place, "url"), message))
            if row["fecha"] > today:
                errors.append(FieldError(path_of(TABLE, place, "fecha"), "La fecha no puede ser un día por venir."))
        return errors

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        for row in values[TABLE]:
            publishing.publish(
                context.session,
                row["publication_id"],
                url=row["url"],
                on=row["fecha"],
                capture_id=row["captura"][0],
                actor=context.actor,
            )
        return {}


class CompletePublication(Publish):
    """`completar_publicacion`: only what failed."""

    contract = Contract(needs={"objeto": TEXT}, uses={"entidad": TEXT}, fields=frozenset({"canales"}))

    def rows(self, context: FormContext) -> list[Publication]:
        """The publications of the entity that failed."""
        return [publication for publication in super().rows(context) if publication.state == PublicationState.FAILED]


class VerifyPublication(PlainForm):
    """`verificar_publicacion`: each link is opened; what fails goes back to its entity."""

    contract = Contract(
        needs={"objeto": TEXT}, fills={"entidades_por_completar": LIST}, fields=frozenset({"verificacion"})
    )

    def prepare(self, context: FormContext) -> Prefill:
        """A row per publication that was not verified yet, with its address."""
        rows = [
            publication
            for publication in publishing.of_batch(context.session, batch_of(context))
            if publication.state == PublicationState.PUBLISHED
        ]
        return Prefill(
            values={
                CHECKS: [
                    {
                        ROW_KEY: str(one.id),
                        "publication_id": one.id,
                        "entidad": one.entity_code,
                        "canal": f"{publishing.NAMES[one.channel]}: {one.url}",
                    }
                    for one in rows
                ]
            }
        )

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """What fails is explained."""
        return [
            FieldError(path_of(CHECKS, place, "nota"), "Diga qué encontró, para que se pueda corregir.")
            for place, row in enumerate(values[CHECKS])
            if "no" in (row["enlace_valido"], row["accesible"]) and not row.get("nota")
        ]

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Record what was found; `entidades_por_completar` are those that publish again."""
        for row in values[CHECKS]:
            publishing.check(
                context.session,
                context.engine,
                row["publication_id"],
                link_works=row["enlace_valido"] == "si",
                accessible=row["accesible"] == "si",
                note=row.get("nota") or "",
                actor=context.actor,
            )
        return {"entidades_por_completar": publishing.entities_to_complete(context.session, batch_of(context))}


def _row(publication: Publication) -> Values:
    return {
        ROW_KEY: publication.channel,
        "publication_id": publication.id,
        "canal": publishing.NAMES[publication.channel],
        "audiencia": publishing.AUDIENCES[publication.audience],
        "url": publication.url or None,
        "fecha": publication.published_on,
    }


def _wrong(link_works: bool, accessible: bool) -> str:
    words = [*([] if link_works else ["el enlace no abre"]), *([] if accessible else ["no es accesible"])]
    return f"{' y '.join(words)}."
