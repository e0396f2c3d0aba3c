"""What a part of the domain contributes to the engine and its forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from inspect import isfunction
from types import ModuleType

from engine.contracts import contract_of
from engine.runtime import ServiceCall, ServiceTaskHandler
from workflows.forms.handlers import Catalogue, FormHandler


@dataclass(frozen=True, slots=True)
class Registration:
    """Automatic steps by topic, form handlers by `pes.registro`, and catalogues by `pes.opciones`.

    `labels` is what the editors call forms.
    """

    steps: Mapping[str, ServiceTaskHandler] = field(default_factory=dict)
    forms: Mapping[str, FormHandler] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    catalogues: Mapping[str, Catalogue] = field(default_factory=dict)


def plan_of(call: ServiceCall) -> str:
    """The code of the plan that a step works for: the case's variable, else its scope."""
    return str(call.variables.get("plan") or call.scope)


def steps_of(*modules: ModuleType) -> dict[str, ServiceTaskHandler]:
    """The automatic steps of some modules: every function there that declares what it needs and gives, by its name."""
    return {
        name: member
        for module in modules
        for name, member in vars(module).items()
        if isfunction(member) and contract_of(member) is not None
    }
