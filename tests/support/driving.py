"""Drives a case on the adapter alone: no database, no linter, a state that is dumped and loaded after every step."""

from __future__ import annotations

import random
from typing import Any

from SpiffWorkflow.task import Task as Node
from SpiffWorkflow.util.task import TaskState

from engine.definitions import parsing
from engine.definitions.reading import read_diagram
from engine.instances import state
from engine.instances.case import Case, element_id, forget_orphans
from engine.instances.pruning import prune
from engine.variables import kept, plain


class Driven:
    """A case whose specs are parsed anew after every step, as if the process had died each time."""

    def __init__(self, *diagrams: bytes, seed: int = 0, key: str = "p", **variables: Any) -> None:
        models = [read_diagram(xml) for xml in diagrams]
        self.random = random.Random(seed)
        self.diagrams = {model.process_key: model for model in models}
        self.key = key
        self.start_element = parsing.first_start(self.diagrams[key])
        self.case = Case(self._specs(), self.start_element)
        self.case.task_tree.data.update(kept(variables))
        self._settle()

    def _specs(self) -> parsing.Specs:
        return parsing.parse(self.diagrams, self.key, self.start_element)

    def nodes(self) -> list[Node]:
        return [node for node in self.case.get_tasks(state=TaskState.READY) if node.task_spec.manual]

    def ready(self) -> list[str]:
        return sorted(element_id(node) for node in self.nodes())

    def shuffled(self, elements: str) -> list[str]:
        return self.random.sample(elements, len(elements))

    def complete(self, element: str, **variables: Any) -> None:
        node = next(node for node in self.nodes() if element_id(node) == element)
        self.run(node, variables)

    def run(self, node: Node, variables: dict[str, Any]) -> None:
        node.data.update(kept(variables))
        node.run()
        self._settle()

    def fire(self, node: Node) -> None:
        node.task_spec.event_definition.catch(node)
        node.task_spec._update(node)
        self._settle()

    def data(self) -> dict[str, Any]:
        return plain(self.case.data)

    def _settle(self) -> None:
        """Run everything automatic as `engine.instances.execution` does, prune, and come back from bytes."""
        while self._pass():
            pass
        prune(self.case)
        self.size = len(state.dump(self.case))
        self.case = state.load(state.read(state.dump(self.case)), self._specs())

    def _pass(self) -> bool:
        forget_orphans(self.case)
        active = self.case.get_active_subprocesses()
        ran = 0
        for inside in sorted(active, key=lambda sub: sub.depth, reverse=True):
            while inside.parent_task_id in self.case.subprocesses and (count := self._run_ready(inside)):
                ran += count
            if inside.parent_task_id in self.case.subprocesses:
                caller = self.case.get_task_from_id(inside.parent_task_id)
                caller.task_spec._update(caller)
                caller.workflow.update_waiting_tasks()
        ran += self._run_ready(self.case)
        return bool(ran) or len(self.case.get_active_subprocesses()) > len(active)

    def _run_ready(self, workflow: Any) -> int:
        count = 0
        for node in [node for node in workflow.get_tasks(state=TaskState.READY) if not node.task_spec.manual]:
            if node._state == TaskState.READY and node.id in node.workflow.tasks:
                node.run()
                count += 1
        return count
