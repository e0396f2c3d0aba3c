"""What a page shows of a form while somebody types, as JSON: the same rules as sending, told early."""

from __future__ import annotations

from typing import Any

from web.forms.names import name_of
from workflows.forms.handlers import Chip
from workflows.forms.standing import ready_of, summary, words_of_ready
from workflows.forms.submissions import DraftView


def told(seen: DraftView) -> dict[str, Any]:
    """What a page shows of a form as one types."""
    ready, total = ready_of(seen.standings.values())
    return {
        "ocultos": sorted(name_of(path) for path in seen.hidden),
        "semaforos": {name_of(path): _chip(chip) for path, chip in seen.preview.chips.items()},
        "celdas": {name_of(path): text for path, text in seen.cells.items()},
        "leidos": {name_of(path): text for path, text in seen.read.items()},
        "avisos": {name_of(one.path): {"texto": one.message, "pregunta": one.asks} for one in seen.told},
        "filas": {
            name_of(path): {"estado": str(one.state), "texto": one.words} for path, one in seen.standings.items()
        },
        "listas": words_of_ready(ready, total),
        "cuentas": {
            key: summary(one for path, one in seen.standings.items() if path.partition(".")[0] == key)
            for key in {path.partition(".")[0] for path in seen.standings}
        },
    }


def _chip(chip: Chip) -> dict[str, str]:
    return {"color": chip.color, "icono": chip.icon, "palabra": chip.word, "detalle": chip.detail}
