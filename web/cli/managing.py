"""`cauce cases list`, `show` and what is done with those that run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click
import orjson
from sqlalchemy.orm import Session

from engine import incidents
from engine.identity import Actor
from engine.incidents import Incident
from engine.instances import commands
from engine.instances.models import Instance
from engine.managing import Outcome, acts
from engine.managing.models import CaseChange
from engine.states import Act, ChangeState
from engine.waits.wait import sentence
from web.bootstrap import Application
from web.cases import managing
from web.cases.managing import Listed, Row, Selection
from web.cli.root import opened
from workflows.calendar import bogota_day
from workflows.errors import NotFound, Refused
from workflows.people.directory import Directory
from workflows.spanish import long_day

WORDS = {
    Act.SUSPEND: "suspender",
    Act.RESUME: "reanudar",
    Act.CANCEL: "cancelar",
    Act.MOVE: "mover",
    Act.MIGRATE: "pasar de versión",
    Act.CORRECT: "corregir un dato",
}
DECIDED = {
    ChangeState.PROPOSED: "propuesto",
    ChangeState.DONE: "hecho",
    ChangeState.REFUSED: "negado",
    ChangeState.UNDONE: "deshecho",
}
Command = Callable[..., None]


def _chosen(function: Command) -> Command:
    """The options that say which cases."""
    options = (
        click.argument("cases", metavar="CASO...", nargs=-1),
        click.option("--process", metavar="PROCESO", default="", help="Los de este proceso."),
        click.option("--version", type=int, metavar="N", help="Los que corren con esta versión."),
        click.option("--step", metavar="PASO", default="", help="Los que están en este paso."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def _decided(function: Command) -> Command:
    """The options of every act."""
    options = (
        click.option("--reason", metavar="MOTIVO", default="", help="Por qué; queda en la historia."),
        click.option("--as", "username", metavar="USUARIO", required=True, help="Quién lo hace."),
        click.option("--dry-run", is_flag=True, help="Solo dice qué pasaría con cada uno."),
        click.option("--propose", is_flag=True, help="Lo propone a quien coordina, sin hacerlo."),
        click.option("--json", "as_json", is_flag=True, help="En JSON."),
    )
    for option in reversed(options):
        function = option(function)
    return function


@click.command("list", help="Lista los procesos, con su versión y lo que espera cada uno.")
@click.option("--process", metavar="PROCESO", default="", help="Solo los de este proceso.")
@click.option("--version", type=int, metavar="N", help="Solo los que corren con esta versión.")
@click.option("--step", metavar="PASO", default="", help="Solo los que están en este paso.")
@click.option("--state", type=click.Choice([one.value for one in Listed]), default="active", help="En qué estado.")
@click.option("--sector", metavar="CÓDIGO", help="Solo los de este sector.")
@click.option("--json", "as_json", is_flag=True, help="En JSON.")
def list_cases(process: str, version: int | None, step: str, state: str, sector: str | None, as_json: bool) -> None:
    """Print one line per case."""
    wanted = Selection(process, version, step, Listed(state), None if sector is None else (sector,))
    with opened() as application, application.database.reading() as session:
        found = managing.rows(session, application.engine, wanted)
        if as_json:
            click.echo(_json([_row(row) for row in found]))
            return
        for row in found:
            marks = " (suspendido)" if row.instance.suspended_at else ""
            steps = ", ".join(row.steps) or "—"
            one = row.instance
            click.echo(f"{one.id}  {one.business_key}  {one.process_key} v{row.version}{marks}  {one.name}: {steps}")
        click.echo(f"{len(found)} procesos.")


@click.command(help="Muestra un proceso: dónde está, qué espera, sus datos y qué se ha hecho con él.")
@click.argument("case", metavar="CASO")
@click.option("--json", "as_json", is_flag=True, help="En JSON.")
def show(case: str, as_json: bool) -> None:
    """Print one case."""
    with opened() as application, application.database.reading() as session:
        instance = session.get_one(Instance, managing.find(session, [case])[0])
        row = _row_of(session, application, instance)
        changes = [_change(session, application, one) for one in acts.changes_of(session, instance.id)]
        variables = _variables(session, application, instance)
        if as_json:
            click.echo(_json({**_row(row), "datos": variables, "cambios": changes}))
            return
        click.echo(f"{instance.name} ({instance.business_key}), versión {row.version} de «{instance.process_key}»")
        if instance.suspended_at is not None:
            click.echo(f"  Suspendido desde el {long_day(instance.suspended_at)}: {instance.suspended_why}")
        for wait in row.waits:
            click.echo(f"  · {sentence(wait)}")
        for name, value in sorted(variables.items()):
            click.echo(f"  {name} = {_json(value)}")
        for change in changes:
            undone = "" if change["deshacer"] else " · se puede deshacer" if change["estado"] == "hecho" else ""
            click.echo(f"  cambio {change['id']}: {change['acto']}, {change['estado']}. {change['frase']}{undone}")


@click.command(help="Suspende procesos: no vence, no recuerda y no se puede enviar nada hasta reanudarlos.")
@_chosen
@_decided
def suspend(**asked: Any) -> None:
    """Suspend."""
    _act(Act.SUSPEND, {}, asked)


@click.command(help="Reanuda procesos suspendidos. Los plazos se corren los días hábiles que estuvieron suspendidos.")
@_chosen
@click.option("--keep-dates", is_flag=True, help="Los plazos conservan su fecha.")
@_decided
def resume(keep_dates: bool, **asked: Any) -> None:
    """Resume."""
    _act(Act.RESUME, {"keep_dates": keep_dates}, asked)


@click.command(help="Cancela procesos. Una persona cancela hasta diez en un día; más, los propone y otra los ejecuta.")
@_chosen
@_decided
def cancel(**asked: Any) -> None:
    """Cancel."""
    _act(Act.CANCEL, {}, asked)


@click.command(help="Lleva procesos de un paso a otro, adelante o atrás (repetir un paso es volver a él).")
@_chosen
@click.option("--to", metavar="PASO", required=True, help="A qué paso, por su nombre o identificador.")
@click.option("--from", "origin", metavar="PASO", default="", help="Desde cuál, si está en varios.")
@click.option("--of", "about", metavar="VALOR", default="", help="De quién, si el paso se repite (la entidad).")
@_decided
def move(to: str, origin: str, about: str, **asked: Any) -> None:
    """Move the token."""
    _act(Act.MOVE, {"to": to, "from": origin, "about": about}, asked)


@click.command(help="Pasa procesos en curso a otra versión, cada uno donde está.")
@_chosen
@click.option("--to", "target", type=int, metavar="N", help="A qué versión; sin esto, a la que rige.")
@click.option("--map", "targets", metavar="PASO=PASO", multiple=True, help="A dónde pasa un paso quitado.")
@click.option("--new-deadlines", is_flag=True, help="Con los plazos de la versión nueva, contados desde hoy.")
@_decided
def migrate(target: int | None, targets: tuple[str, ...], new_deadlines: bool, **asked: Any) -> None:
    """Migrate."""
    mapped = dict(_pair(text) for text in targets)
    _act(Act.MIGRATE, {"version": target, "targets": mapped, "new_deadlines": new_deadlines}, asked)


@click.command(help="Corrige un dato de un proceso en curso; se comprueba que sea de su tipo.")
@_chosen
@click.option("--var", "variable", metavar="NOMBRE=VALOR", required=True, help="El dato y su valor.")
@_decided
def correct(variable: str, **asked: Any) -> None:
    """Correct a variable."""
    name, value = _pair(variable)
    _act(Act.CORRECT, {"name": name, "value": _value(value)}, asked)


@click.command(help="Deshace un cambio, si nadie ha seguido con el proceso. El número lo dice «cauce cases show».")
@click.argument("change", metavar="CAMBIO", type=click.IntRange(min=1))
@click.option("--reason", metavar="MOTIVO", required=True, help="Por qué; queda en la historia.")
@click.option("--as", "username", metavar="USUARIO", required=True, help="Quién lo hace.")
def undo(change: int, reason: str, username: str) -> None:
    """Undo one change."""
    with opened() as application, application.database.unit_of_work() as session:
        actor = _actor(session, application, username)
        done = acts.undo(session, application.engine, change, actor=actor, reason=reason)
        click.echo(f"✓ {done.name}: {done.sentence}")


@click.command(help="Lista lo que se propuso hacer con procesos en curso y espera una decisión.")
@click.option("--json", "as_json", is_flag=True, help="En JSON.")
def proposals(as_json: bool) -> None:
    """Print what waits for a supervisor."""
    with opened() as application, application.database.reading() as session:
        waiting = acts.proposed(session)
        found = [_change(session, application, one) for one in waiting]
        if as_json:
            click.echo(_json(found))
            return
        for one in found:
            said = f"{one['acto']} «{one['caso']}», por {one['propone']}: {one['motivo']}"
            click.echo(f"{one['id']}  (tanda {one['tanda']})  {said}")
        click.echo(f"{len(found)} propuestas por decidir.")


@click.command(help="Hace lo que se propuso: por su número, o toda una tanda.")
@click.argument("numbers", metavar="NÚMERO...", nargs=-1, required=True)
@click.option("--as", "username", metavar="USUARIO", required=True, help="Quién lo decide.")
@click.option("--json", "as_json", is_flag=True, help="En JSON.")
def approve(numbers: tuple[str, ...], username: str, as_json: bool) -> None:
    """Approve proposals."""
    with opened() as application:
        with application.database.reading() as session:
            actor, wanted = _actor(session, application, username), _numbers(session, numbers)
        _tell(managing.approve(application.database, application.engine, wanted, actor), as_json)


@click.command(help="Niega lo que se propuso, con la razón.")
@click.argument("numbers", metavar="NÚMERO...", nargs=-1, required=True)
@click.option("--reason", metavar="MOTIVO", required=True, help="Por qué no.")
@click.option("--as", "username", metavar="USUARIO", required=True, help="Quién lo decide.")
def refuse(numbers: tuple[str, ...], reason: str, username: str) -> None:
    """Refuse proposals."""
    with opened() as application, application.database.unit_of_work() as session:
        actor = _actor(session, application, username)
        for number in _numbers(session, numbers):
            acts.refuse(session, application.engine, number, actor=actor, reason=reason)
            click.echo(f"✓ Propuesta {number}, negada.")


@click.command(help="Reintenta un incidente; con --same-cause, todos los del mismo paso que fallaron igual.")
@click.argument("incident", metavar="INCIDENTE", type=click.IntRange(min=1))
@click.option("--same-cause", is_flag=True, help="Todos los de la misma causa.")
@click.option("--as", "username", metavar="USUARIO", required=True, help="Quién lo hace.")
def retry(incident: int, same_cause: bool, username: str) -> None:
    """Retry incidents."""
    _resolve(incident, same_cause, username)


@click.command(help="Omite el paso que falló; con --same-cause, en todos los que fallaron igual.")
@click.argument("incident", metavar="INCIDENTE", type=click.IntRange(min=1))
@click.option("--same-cause", is_flag=True, help="Todos los de la misma causa.")
@click.option("--reason", metavar="MOTIVO", required=True, help="Por qué se omite.")
@click.option("--as", "username", metavar="USUARIO", required=True, help="Quién lo hace.")
def skip(incident: int, same_cause: bool, reason: str, username: str) -> None:
    """Skip failed steps."""
    _resolve(incident, same_cause, username, reason)


def _act(act: Act, details: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
    """Look, propose or do, with every case that is meant."""
    with opened() as application:
        database, engine = application.database, application.engine
        with database.reading() as session:
            actor = _actor(session, application, asked["username"])
            ids = _meant(session, application, asked, suspended=act == Act.RESUME)
        if asked["dry_run"]:
            _tell(managing.preview(database, engine, ids, act, details, actor), asked["as_json"], done=False)
        elif asked["propose"]:
            numbers = managing.propose(database, engine, ids, act, details, actor, asked["reason"])
            click.echo(
                f"✓ Propuesto: {', '.join(map(str, numbers))}. Lo decide quien coordina, con: cauce cases approve"
            )
        else:
            _tell(managing.execute(database, engine, ids, act, details, actor, asked["reason"]), asked["as_json"])


def _meant(session: Session, application: Application, asked: Mapping[str, Any], *, suspended: bool) -> list[int]:
    if asked["cases"]:
        return managing.find(session, asked["cases"])
    if not asked["process"]:
        raise Refused("Diga cuáles: sus claves, o --process con --version o --step.")
    state = Listed.SUSPENDED if suspended else Listed.ACTIVE
    wanted = Selection(asked["process"], asked["version"], asked["step"], state)
    return [row.instance.id for row in managing.rows(session, application.engine, wanted)]


def _tell(outcomes: list[Outcome], as_json: bool, *, done: bool = True) -> None:
    if as_json:
        click.echo(_json([one.as_json() for one in outcomes]))
    else:
        for one in outcomes:
            mark = ("✓" if done else "·") if one.possible else "✗"
            click.echo(f"{mark} {one.name} ({one.business_key}): {one.sentence}")
            for line in (*one.warnings, *(f"Además {effect}: no se puede deshacer." for effect in one.runs)):
                click.echo(f"    {line}")
    refused = sum(not one.possible for one in outcomes)
    if refused and done:
        raise click.ClickException(f"{len(outcomes) - refused} de {len(outcomes)} se hicieron; los demás quedan igual.")


def _resolve(incident: int, same_cause: bool, username: str, reason: str = "") -> None:
    with opened() as application:
        with application.database.reading() as session:
            actor, first = _actor(session, application, username), session.get(Incident, incident)
            if first is None:
                raise NotFound("Ese incidente no existe.")
            wanted = [one.id for one in incidents.of_same_cause(session, first)] if same_cause else [incident]
        repaired = managing.repair(application.database, application.engine, wanted, actor, reason)
        for one in repaired:
            click.echo(f"{one.incident_id}: {one.told}")
        click.echo(f"{sum(one.solved for one in repaired)} de {len(wanted)} incidentes resueltos.")


def _numbers(session: Session, asked: tuple[str, ...]) -> list[int]:
    """Numbers of proposals, and of whole batches by their name."""
    waiting = acts.proposed(session)
    return [
        one.id for text in asked for one in waiting if text == str(one.id) or (len(text) > 3 and one.batch == text)
    ] or [int(text) for text in asked if text.isdecimal()]


def _actor(session: Session, application: Application, username: str) -> Actor:
    return Directory().actor(session, username, bogota_day(application.clock.now()))


def _row_of(session: Session, application: Application, instance: Instance) -> Row:
    wanted = Selection(instance.process_key, state=Listed.ALL)
    return next(row for row in managing.rows(session, application.engine, wanted) if row.instance.id == instance.id)


def _variables(session: Session, application: Application, instance: Instance) -> dict[str, Any]:
    return commands.variables_of(session, application.engine, instance.id)


def _row(row: Row) -> dict[str, Any]:
    one = row.instance
    return {
        "id": one.id,
        "clave": one.business_key,
        "nombre": one.name,
        "proceso": one.process_key,
        "version": row.version,
        "sector": one.tenant,
        "estado": "suspended" if one.suspended_at is not None else str(one.state),
        "suspendido_por": one.suspended_why or "",
        "pasos": list(row.steps),
        "espera": [sentence(wait) for wait in row.waits],
    }


def _change(session: Session, application: Application, one: CaseChange) -> dict[str, Any]:
    return {
        "id": one.id,
        "tanda": one.batch,
        "caso": session.get_one(Instance, one.instance_id).name,
        "acto": WORDS[one.act],
        "detalles": one.details,
        "estado": DECIDED[one.state],
        "motivo": one.reason,
        "frase": one.outcome,
        "propone": one.proposed_by,
        "decide": one.decided_by,
        "deshacer": acts.may_be_undone(session, application.engine, one),
    }


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise Refused(f"«{text}» no sirve: escriba nombre=valor.")
    return name.strip(), value.strip()


def _value(text: str) -> Any:
    """A number, truth value or list where it is written as JSON has it; else the text."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode()
