"""One process per file: which one, and what becomes of the others."""

from __future__ import annotations

from engine.definitions.importing.draft import Draft
from engine.definitions.markup import Node, bpmn, children, local, one_line, reference
from engine.definitions.reading import NODES
from engine.errors import UnreadableDiagram


def choose_process(root: Node) -> Node:
    """The process to keep: an executable one before others, then the one with most nodes."""
    processes = list(children(root, "process"))
    if not any(_size(process) for process in processes):
        raise UnreadableDiagram(
            "El archivo no contiene ningún proceso con pasos. Revise que exportó el diagrama completo."
        )
    return max(
        processes, key=lambda process: (bool(_size(process)), process.get("isExecutable") == "true", _size(process))
    )


def _size(process: Node) -> int:
    return sum(1 for node in process.iter() if isinstance(node.tag, str) and local(node) in NODES)


def _leave_one(draft: Draft) -> None:
    """Other processes become what they are to this one: pools whose inside is not seen."""
    for process in list(children(draft.root, "process")):
        if process is draft.process:
            continue
        pool = _pool_of(draft, process)
        name = one_line((process if pool is None else pool).get("name")) or str(process.get("id") or "")
        if _size(process):
            steps = "su paso no se importó" if _size(process) == 1 else f"sus {_size(process)} pasos no se importaron"
            draft.beside.add(str(process.get("id") or ""))
            what = f"El proceso «{name}» no se trajo"
            if pool is not None:
                what = f"El participante «{name}» quedó como caja vacía"
            apart = "Si también se lleva aquí, tráigalo aparte, en un archivo suyo."
            draft.repaired(pool, "one_process", f"{what}: {steps}. {apart}")
        for node in list(children(process)):
            draft.remove(node)
        draft.root.remove(process)
        if pool is not None:
            pool.attrib.pop("processRef", "")


def _drop_empty_pools(draft: Draft) -> None:
    """Bizagi adds a pool around nothing; a nameless pool without process says nothing."""
    for pool in list(draft.root.iter(bpmn("participant"))):
        if not pool.get("processRef") and not one_line(pool.get("name")):
            draft.repaired(None, "empty_pool", "Se quitó un participante vacío y sin nombre.")
            draft.remove(pool)


def _pool_of(draft: Draft, process: Node) -> Node | None:
    pools = draft.root.iter(bpmn("participant"))
    return next((pool for pool in pools if reference(pool.get("processRef")) == process.get("id")), None)


STEPS = (_leave_one, _drop_empty_pools)
