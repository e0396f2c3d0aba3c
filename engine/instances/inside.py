"""What runs inside a stored case (called processes, embedded subprocesses): asleep until somebody looks at it.

A month has a process for each entity, and whoever reports in one must not pay for the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from typing import Any, Generic, TypeVar

from engine.errors import CorruptState
from engine.instances.nodes import NodeId

Stored = dict[str, Any]
"""One of them as it is stored (`engine.instances.state`)."""
_Awake = TypeVar("_Awake")


class Inside(MutableMapping[NodeId, _Awake], Generic[_Awake]):
    """What runs inside, by the node that it runs in. To look at one wakes it: nobody sees one asleep by mistake.

    `restore` brings one to life.
    """

    def __init__(self) -> None:
        """Nothing runs inside yet."""
        self._awake: dict[NodeId, _Awake] = {}
        self._asleep: dict[NodeId, Stored] = {}
        self._order: dict[NodeId, None] = {}
        self.restore: Callable[[NodeId, Stored], _Awake] = _nothing_stored

    def __getitem__(self, node_id: NodeId) -> _Awake:
        if node_id in self._asleep:
            self._awake[node_id] = self.restore(node_id, self._asleep.pop(node_id))
        return self._awake[node_id]

    def __setitem__(self, node_id: NodeId, inside: _Awake) -> None:
        self._awake[node_id] = inside
        self._order[node_id] = None

    def __delitem__(self, node_id: NodeId) -> None:
        del self._order[node_id]
        self._awake.pop(node_id, None)
        self._asleep.pop(node_id, None)

    def __contains__(self, node_id: object) -> bool:
        return node_id in self._order

    def __iter__(self) -> Iterator[NodeId]:
        return iter(self._order)

    def __len__(self) -> int:
        return len(self._order)

    def lay(self, node_id: NodeId, stored: Stored) -> None:
        """Take one as it is stored."""
        self._asleep[node_id] = stored
        self._order[node_id] = None

    def awake(self) -> list[_Awake]:
        """Those that somebody has looked at, or that began just now."""
        return list(self._awake.values())

    @property
    def asleep(self) -> dict[NodeId, Stored]:
        """Those that nobody has looked at."""
        return self._asleep

    def wake(self) -> None:
        """Look at all."""
        for node_id in list(self._asleep):
            self[node_id]


def _nothing_stored(node_id: NodeId, stored: Stored) -> Any:
    raise CorruptState
