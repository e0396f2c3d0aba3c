"""The automatic step of `pes_maestro`."""

from __future__ import annotations

from engine.contracts import declares
from engine.runtime import ServiceCall
from workflows.lifecycle import archiving


@declares()
def archivar_expediente(call: ServiceCall) -> None:
    """Close the plan and keep its file as one ZIP with its index."""
    archiving.archive(call.session, call.engine, str(call.variables.get("plan") or call.scope))
