"""Watches handlers at work and compares what they do with the data they declare."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from engine.contracts import Contract, Kind, contract_of
from engine.runtime import ServiceCall
from workflows import assembly
from workflows.forms.handlers import FormContext
from workflows.forms.registration import Registration

ALWAYS = ("plan",)
"""What every case of a plan has, and handlers may ask for without saying so."""

_TYPES: Mapping[Kind, tuple[type, ...]] = {
    Kind.TEXT: (str,),
    Kind.OPTION: (str,),
    Kind.NUMBER: (int, float),
    Kind.FLAG: (bool,),
    Kind.LIST: (list, tuple),
}


@dataclass
class Watch:
    """What was seen: `broken` says where a handler did what it did not declare, `unseen` what it declared in vain."""

    broken: set[str] = field(default_factory=set)
    ran: Counter[str] = field(default_factory=Counter)
    filled: Counter[tuple[str, str]] = field(default_factory=Counter)
    contracts: dict[str, Contract] = field(default_factory=dict)
    _now: list[tuple[str, Contract]] = field(default_factory=list)

    def unseen(self) -> list[str]:
        """Names that a handler which ran says it fills always, and did not each time; or at times, and never did."""
        wrong = []
        for handler, times in sorted(self.ran.items()):
            contract = self.contracts[handler]
            wrong += [f"{handler}: {n}" for n in contract.fills if self.filled[handler, n] != times]
            wrong += [f"{handler}: {n} never" for n in contract.may_fill if not self.filled[handler, n]]
        return wrong

    @contextmanager
    def at_work(self, handler: str, contract: Contract) -> Iterator[None]:
        self.contracts[handler] = contract
        self._now.append((handler, contract))
        try:
            yield
        finally:
            self._now.pop()

    def read(self, name: str, *, must: bool) -> None:
        """A handler looks a datum up; where it `must` be there, it has to say so."""
        if not self._now or name in ALWAYS:
            return
        handler, contract = self._now[-1]
        if name not in contract.needs and name not in contract.uses:
            self.broken.add(f"{handler} {'needs' if must else 'uses'} {name}")

    def asked(self, field_name: str) -> None:
        """A handler takes a field for granted."""
        if self._now and field_name not in self._now[-1][1].fields:
            self.broken.add(f"{self._now[-1][0]} needs the field {field_name}")

    def gave(self, handler: str, given: Mapping[str, Any]) -> None:
        contract = self.contracts[handler]
        self.ran[handler] += 1
        for name, value in given.items():
            datum = contract.fills.get(name) or contract.may_fill.get(name)
            self.filled[handler, name] += 1
            if datum is None:
                self.broken.add(f"{handler} fills {name}")
            elif value is not None and not isinstance(value, _TYPES.get(datum.kind, object)):
                self.broken.add(f"{handler} fills {name} with {type(value).__name__}, not {datum.kind}")
            elif datum.options and value not in datum.options:
                self.broken.add(f"{handler} fills {name} with {value!r}")

    def sent(self, handler: str, message: Mapping[str, Any]) -> None:
        declared = self.contracts[handler].sends.get(message["nombre"])
        if declared is None or declared.keys() != message.get("variables", {}).keys():
            self.broken.add(f"{handler} sends {message['nombre']}")


class _Watched(dict[str, Any]):
    """Variables that tell when they are read."""

    def __init__(self, values: Mapping[str, Any], watch: Watch) -> None:
        super().__init__(values)
        self._watch = watch

    def __getitem__(self, name: str) -> Any:
        self._watch.read(name, must=True)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._watch.read(name, must=False)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self._watch.read(str(name), must=False)
        return super().__contains__(name)


class _Fields(dict[str, Any]):
    """Values of a form that tell which of them must be there."""

    def __init__(self, values: Mapping[str, Any], watch: Watch) -> None:
        super().__init__(values)
        self._watch = watch

    def __getitem__(self, name: str) -> Any:
        self._watch.asked(name)
        return super().__getitem__(name)


def watch_handlers(patch: pytest.MonkeyPatch) -> Watch:
    """From now on every engine and every set of forms that is put together is watched."""
    watch, registrations = Watch(), assembly.registrations

    @functools.wraps(registrations)
    def watched(*arguments: Any) -> tuple[Registration, ...]:
        return tuple(_watched_registration(registration, watch) for registration in registrations(*arguments))

    patch.setattr(assembly, "registrations", watched)
    patch.setattr(FormContext, "variables", property(lambda context: _Watched(context.task.variables, watch)))
    return watch


def _watched_registration(registration: Registration, watch: Watch) -> Registration:
    steps = {topic: _watched_step(topic, step, watch) for topic, step in registration.steps.items()}
    forms = {name: _watched_form(name, handler, watch) for name, handler in registration.forms.items()}
    return replace(registration, steps=steps, forms=forms)


def _watched_step(topic: str, step: Callable[..., Any], watch: Watch) -> Callable[..., Any]:
    contract = contract_of(step)
    assert contract is not None, f"{topic} declares nothing"

    @functools.wraps(step)
    def run(call: ServiceCall) -> Any:
        with watch.at_work(topic, contract):
            given = step(replace(call, variables=_Watched(call.variables, watch)))
        kept = dict(given or {})
        for message in kept.pop("mensajes", ()):
            watch.sent(topic, message)
        watch.gave(topic, kept)
        return given

    return run


def _watched_form(name: str, handler: Any, watch: Watch) -> Any:
    """The same handler, of a class of its own whose methods tell."""

    def telling(method: str) -> Callable[..., Any]:
        def run(self: Any, context: FormContext, *values: Any) -> Any:
            if method in ("check", "record"):
                values = (_Fields(values[0], watch),)
            with watch.at_work(f"form {name}", handler.contract):
                given = getattr(type(handler), method)(self, context, *values)
            if method == "record":
                watch.gave(f"form {name}", given)
            return given

        return run

    methods = {method: telling(method) for method in ("prepare", "compute", "check", "record", "preview")}
    copy = object.__new__(type(type(handler).__name__, (type(handler),), methods))
    copy.__dict__.update(getattr(handler, "__dict__", {}))
    return copy
