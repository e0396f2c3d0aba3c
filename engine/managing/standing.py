"""Where a case stands: the steps at which somebody or something has to come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from SpiffWorkflow.task import Task as Node
from SpiffWorkflow.util.task import TaskState

from engine.definitions.catalogue import BundleModel
from engine.definitions.joins import InclusiveJoin, ParallelJoin
from engine.definitions.specs import Border
from engine.errors import Conflict, UnknownElement
from engine.instances.case import Case, depth_first, element_id, loop_context, process_key
from engine.instances.waiting import waiting_of


@dataclass(frozen=True, slots=True)
class Stand:
    """A step at which a case stands. `about` are the loop variables it is under («SEC»)."""

    node_id: str
    process_key: str
    element_id: str
    called: str
    about: tuple[str, ...] = ()

    def __str__(self) -> str:
        """As a sentence calls it."""
        return f"{self.called} ({', '.join(self.about)})" if self.about else self.called


def nodes(case: Case) -> list[Node]:
    """The nodes at which a case stands: tasks, waits, what failed, and arrivals at a join; no borders."""
    waiting = waiting_of(case)
    found = waiting.tasks | waiting.blocked | waiting.held | waiting.others
    standing = [node for node in found.values() if element_id(node) and not isinstance(node.task_spec, Border)]
    return standing + [node for node in depth_first(case) if node.id.hex not in found and _at_join(node)]


def _at_join(node: Node) -> bool:
    waits = node._state == TaskState.WAITING and isinstance(node.task_spec, ParallelJoin | InclusiveJoin)
    return waits and node.parent._state == TaskState.COMPLETED


def stands(case: Case, bundle: BundleModel) -> list[Stand]:
    """The same, as people call them."""
    return [stand_of(node, bundle) for node in nodes(case)]


def stand_of(node: Node, bundle: BundleModel) -> Stand:
    """One of them."""
    element = bundle.element(process_key(node), element_id(node))
    about = tuple(str(value) for value in loop_context(node).values())
    return Stand(node.id.hex, process_key(node), element.id, element.called, about)


def find(case: Case, bundle: BundleModel, wanted: str, about: str = "") -> Node:
    """The node at which a case stands, by its id, its element or the element's name; the only one if nothing is asked.

    `about` is the value of a loop variable it is under. Raises `Conflict` if the case does not stand there, or at
    several such places.
    """
    every = [(node, stand_of(node, bundle)) for node in nodes(case)]
    found = [node for node, stand in every if _is(stand, bundle, wanted) and (not about or about in stand.about)]
    if len(found) == 1:
        return found[0]
    at = "; ".join(str(stand) for _, stand in every) or "ningún paso que espere"
    if not found:
        where = f"{wanted} ({about})" if about else wanted
        raise Conflict(f"No está en «{where}». Está en {at}.")
    raise Conflict(f"Está en varios pasos: {at}. Diga desde cuál, y de quién si se repite.")


def _is(stand: Stand, bundle: BundleModel, wanted: str) -> bool:
    name = bundle.element(stand.process_key, stand.element_id).name
    return wanted in ("", stand.node_id, stand.element_id) or wanted.casefold() == name.casefold()


def named(bundle: BundleModel, process: str, wanted: str) -> str:
    """The id of an element of a process, by its id or its name. Raises `UnknownElement`."""
    elements = bundle.diagrams[process].elements
    if wanted in elements:
        return wanted
    found = [element.id for element in elements.values() if element.name.casefold() == wanted.casefold()]
    if len(found) == 1:
        return found[0]
    several = "hay varios pasos que se llaman así: use su identificador" if found else _offered(bundle, process)
    raise UnknownElement(f"El proceso «{bundle.diagrams[process].name}» no tiene un único «{wanted}»: {several}.")


def _offered(bundle: BundleModel, process: str) -> str:
    names = ", ".join(f"«{name}»" for name in _names(bundle, process))
    return f"sus pasos son {names}"


def _names(bundle: BundleModel, process: str) -> Iterator[str]:
    for element in bundle.diagrams[process].elements.values():
        if element.kind.endswith(("Task", "Activity", "Process")) and element.name:
            yield element.name
