"""What a month of one entity is to come to, in forty lines that know nothing of processes, tables or forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Stage(Enum):
    """Where the report of an entity stands."""

    REPORTING = "reporting"
    VALIDATING = "validating"
    CORRECTING = "correcting"
    ENDORSING = "endorsing"
    ENDORSED = "endorsed"
    NOTHING = "nothing to endorse"
    """Nothing had come when the rows closed, or nothing that was accepted."""
    LATE_REPORTING = "late reporting"
    LATE_MONEY = "late money"
    LATE_VALIDATING = "late validating"
    LATE_CORRECTING = "late correcting"
    LATE_CORRECTING_MONEY = "late correcting of money"
    LATE_ENDORSING = "late endorsing"
    LATE_ENDORSED = "late endorsed"


LIAISON, HEAD, RESPONSIBLE = "liaison", "head", "responsible"

TASKS = {
    Stage.VALIDATING: ("validar_reporte", LIAISON),
    Stage.ENDORSING: ("avalar_reporte", HEAD),
    Stage.LATE_MONEY: ("completar_ejecucion", RESPONSIBLE),
    Stage.LATE_CORRECTING_MONEY: ("corregir_ejecucion_extemporanea", RESPONSIBLE),
    Stage.LATE_VALIDATING: ("validar_extemporaneo", LIAISON),
    Stage.LATE_ENDORSING: ("avalar_extemporaneo", HEAD),
}
"""The one task of a stage that a role does."""

HANDS_IN = {
    Stage.REPORTING: "reportar_avance",
    Stage.CORRECTING: "corregir_avance",
    Stage.LATE_REPORTING: "completar_reporte",
    Stage.LATE_CORRECTING: "corregir_extemporaneo",
}
"""The task of a stage with which whoever answers for the rows hands them in."""

DONE = (Stage.ENDORSED, Stage.NOTHING)
"""Nobody has anything to do any more, in time."""

OPEN = ("borrador", "sin_reporte", "devuelto")
"""States of a row that somebody still has to send."""

ACCEPTED = ("validado", "avalado", "congelado")
"""States of a row that nobody sends any more."""


@dataclass
class Row:
    """One indicator in the month; `seen` once the liaison has decided about it."""

    state: str = "borrador"
    seen: bool = False


@dataclass
class Report:
    """The report of one entity: its rows by code, whose people are who, and who holds a task that was handed over."""

    entity: str
    responsible: str
    people: dict[str, str]
    rows: dict[str, Row]
    stage: Stage = Stage.REPORTING
    money: dict[str, Row] = field(default_factory=dict)
    """The money of its projects, by code."""
    rows_sent: bool = False
    returned: bool = False
    """Whether the last word on it was that something goes back."""
    partly: bool = False
    """Whether the head answered for some of its rows, and others go to the late case."""
    sender: str | None = None
    holders: dict[str, str] = field(default_factory=dict)

    def tasks(self) -> dict[str, str]:
        """Its open tasks, and who finds each in the inbox."""
        found = {}
        if self.stage is Stage.CORRECTING:
            if _any(self.rows, "devuelto"):
                found["corregir_avance"] = self.responsible
            if _any(self.money, "devuelto"):
                found["corregir_ejecucion"] = self.responsible
        elif self.stage in HANDS_IN and not (self.stage is Stage.REPORTING and self.rows_sent):
            found[HANDS_IN[self.stage]] = self.responsible
        if self.stage is Stage.REPORTING and not self.money_sent:
            found["reportar_ejecucion"] = self.responsible
        if self.stage in TASKS:
            element, role = TASKS[self.stage]
            found[element] = self.people.get(role, self.responsible)
        return {element: self.holders.get(element, person) for element, person in found.items()}

    @property
    def money_sent(self) -> bool:
        """Whether the money of every project was told of at least once."""
        return not _any(self.money, "borrador")

    @property
    def state(self) -> str:
        """What the house calls the state of the report."""
        if self.stage is Stage.LATE_ENDORSED:
            return "extemporaneo"
        if self.stage.value.startswith("late"):
            return "avalado_en_parte" if self.partly else "sin_reporte"
        if self.stage is Stage.ENDORSED:
            return "avalado"
        if self.returned:
            return "devuelto"
        if self.stage is Stage.ENDORSING:
            return "validado"
        return "enviado" if self.rows_sent else "pendiente"

    @property
    def amendable(self) -> bool:
        """Whether whoever sent the rows may still correct them: nobody has looked at any."""
        return self.sender is not None and all(row.state == "enviado" and not row.seen for row in self.rows.values())

    def hand_in(self, person: str) -> None:
        """The rows that are asked for are sent."""
        _send(self.rows)
        self.sender, self.rows_sent = person, True
        money_back = _any(self.money, "devuelto")
        self.returned = self.stage is Stage.CORRECTING and money_back
        self._move(
            {
                Stage.REPORTING: Stage.VALIDATING if self.money_sent else Stage.REPORTING,
                Stage.CORRECTING: Stage.CORRECTING if money_back else Stage.VALIDATING,
                Stage.LATE_REPORTING: Stage.LATE_MONEY,
                Stage.LATE_CORRECTING: Stage.LATE_CORRECTING_MONEY if money_back else Stage.LATE_VALIDATING,
            }[self.stage]
        )

    def report_money(self) -> None:
        """The execution of the budget is sent, or what came back of it."""
        _send(self.money)
        if self.stage is Stage.CORRECTING:
            self.returned = _any(self.rows, "devuelto")
            self._move(Stage.CORRECTING if self.returned else Stage.VALIDATING)
        elif self.stage is not Stage.REPORTING:
            self._move(Stage.LATE_VALIDATING)
        elif self.rows_sent:
            self._move(Stage.VALIDATING)

    def validate(self, returned: set[str], money_returned: set[str]) -> None:
        """The liaison decides about what was sent."""
        late = self.stage is Stage.LATE_VALIDATING
        for rows, back in ((self.rows, returned), (self.money, money_returned)):
            for code, row in rows.items():
                if row.state == "enviado":
                    row.state, row.seen = ("devuelto" if code in back else "validado"), True
        rows_back, money_back = _any(self.rows, "devuelto"), _any(self.money, "devuelto")
        self.returned = rows_back or money_back
        if not self.returned:
            self._move(Stage.LATE_ENDORSING if late else Stage.ENDORSING)
        elif late:
            self._move(Stage.LATE_CORRECTING if rows_back else Stage.LATE_CORRECTING_MONEY)
        else:
            self._move(Stage.CORRECTING)

    def endorse(self) -> None:
        """The head answers for what was accepted."""
        for row in self._all():
            row.state = "avalado" if row.state == "validado" else row.state
        self._move(Stage.LATE_ENDORSED if self.stage is Stage.LATE_ENDORSING else Stage.ENDORSED)

    def send_back(self) -> None:
        """The head gives what was accepted back to the liaison."""
        for row in self._all():
            row.state = "enviado" if row.state == "validado" else row.state
        self._move(Stage.VALIDATING)
        self.returned = True

    def close_rows(self) -> None:
        """Nothing more is asked of who reports: what is there goes on without the rest."""
        if self.stage in (Stage.REPORTING, Stage.CORRECTING):
            states = {row.state for row in self._all()}
            accepted = Stage.ENDORSING if "validado" in states else Stage.NOTHING
            self._move(Stage.VALIDATING if "enviado" in states else accepted)

    def expire(self) -> None:
        """The time to report is over: what the head has not answered for goes to the late case."""
        if self.stage is Stage.ENDORSED and not any(row.state in OPEN for row in self._all()):
            return
        self.partly = self.stage is Stage.ENDORSED and any(row.state == "avalado" for row in self.rows.values())
        for row in self.rows.values():
            row.state = {"borrador": "sin_reporte", "validado": "enviado"}.get(row.state, row.state)
        for row in self.money.values():
            row.state = "enviado" if row.state == "validado" else row.state
        missing = any(row.state in OPEN for row in self.rows.values())
        self.holders.clear()
        self.stage = Stage.LATE_REPORTING if missing else Stage.LATE_MONEY

    def freeze(self) -> None:
        """The month is closed: what was endorsed by now counts in it, row by row, late or not."""
        for row in self.rows.values():
            row.state = "congelado" if row.state == "avalado" else row.state

    def _move(self, stage: Stage) -> None:
        if stage is not self.stage:
            self.stage = stage
            self.holders.clear()

    def _all(self) -> list[Row]:
        return [*self.rows.values(), *self.money.values()]


def _any(rows: dict[str, Row], state: str) -> bool:
    return any(row.state == state for row in rows.values())


def _send(rows: dict[str, Row]) -> None:
    for row in rows.values():
        row.state = row.state if row.state in ACCEPTED else "enviado"
