"""What robots pick from a list: what is proposed if it is offered, else the first."""

from __future__ import annotations

from typing import Any

from workflows.forms.opening import OpenForm


def offered(form: OpenForm, path: str, proposed: Any) -> str:
    """The proposed value of a select, or the first one offered: whoever was proposed may have left."""
    values = [value for value, _label in form.options[path]]
    return str(proposed) if proposed in values else values[0]
