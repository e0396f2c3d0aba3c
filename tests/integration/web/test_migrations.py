"""The migrations and the models are one schema, on both databases."""

from __future__ import annotations

import datetime as dt
import threading
from importlib import import_module
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from engine.database import Database, UtcDateTime
from web import migrating, schema
from workflows.calendar import bogota_day


def test_a_migrated_database_has_exactly_the_tables_of_the_models(database_url: str) -> None:
    database = Database(database_url)

    migrating.migrate(database)

    assert migrating.is_current(database)
    assert migrating.differences(database) == []
    database.dispose()


def test_a_column_that_no_migration_adds_is_found(database_url: str) -> None:
    database = Database(database_url)
    migrating.migrate(database)

    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE person DROP COLUMN email")

    assert migrating.differences(database) != []
    database.dispose()


def test_several_processes_may_migrate_at_once_and_again(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(4)]
    failures: list[Exception] = []

    def run(database: Database) -> None:
        try:
            migrating.migrate(database)
        except Exception as exc:
            failures.append(exc)

    threads = [threading.Thread(target=run, args=(database,)) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert "user_task" in sa.inspect(databases[0].engine).get_table_names()
    for database in databases:
        database.dispose()


def test_every_module_with_a_table_is_loaded_by_the_schema() -> None:
    root = Path(__file__).parents[3]
    packages = ("engine", "workflows", "notifications", "web")
    files = [path for package in packages for path in (root / package).rglob("*.py")]

    found = {
        path.relative_to(root).with_suffix("").as_posix().replace("/", ".")
        for path in files
        if "__tablename__ =" in path.read_text(encoding="utf-8") and "node_modules" not in path.parts
    }

    assert found == set(schema.MODULES)


def test_what_a_plan_said_of_its_reminders_follows_the_steps_to_where_they_are_drawn() -> None:
    # Given a plan that reminds in its own way of a process, of a step of it, and of another step where it is now
    said = {("f5_ciclo_mensual", ""): "-9", ("f5_ciclo_mensual", "aprobar_informe"): "-8"}
    said |= {("f1_conociendo_sector", "registrar_temas"): "-7", ("f1_paso1_que_sabemos", "registrar_temas"): "-6"}
    columns = ("plan_code", "process_key", "element_id", "reminders", "escalations", "reason", "set_by", "set_at")
    table = sa.Table("reminder_policy", sa.MetaData(), *(sa.Column(one, sa.String) for one in columns))
    with sa.create_engine("sqlite://").begin() as connection:
        table.create(connection)
        for (process, element), reminders in said.items():
            connection.execute(table.insert().values(dict.fromkeys(columns, "x") | {
                "process_key": process, "element_id": element, "reminders": reminders,
            }))  # fmt: skip

        # When the phases are drawn in parts
        with Operations.context(MigrationContext.configure(connection)):
            import_module("web.migrations.versions.0071_reminders_follow_their_steps").upgrade()

        # Then each part has what was said of its process, each step what was said of it, and nothing is written over
        kept = {(one.process_key, one.element_id): one.reminders for one in connection.execute(sa.select(table))}
    added = {("f5_paso1_metas_indicadores", ""): "-9", ("f5_pasos2_3_objetivos_resultados", ""): "-9"}
    assert kept == said | added | {("f5_informe_mensual", ""): "-9", ("f5_informe_mensual", "aprobar_informe"): "-8"}


def test_a_file_of_before_is_of_what_it_was_kept_for_else_of_the_one_sector_of_who_stored_it() -> None:
    # Given files of a task, a document, a letter and a template, and three of nothing, of people of one and two sectors
    rows: dict[str, list[dict[str, Any]]] = {
        "plan": [{"code": "PES-B", "sector_code": "B"}],
        "instance": [{"id": 1, "tenant": "A"}, {"id": 2, "tenant": ""}],
        "user_task": [{"id": 11, "instance_id": 1}, {"id": 12, "instance_id": 2}],
        "document": [{"file_id": 3, "plan_code": "PES-B"}],
        "start_file": [{"file_id": 4, "instance_id": 1}],
        "letter": [{"file_id": 5, "instance_id": 1}],
        "act_template": [{"file_id": 6, "sector_code": "B"}],
        "person_role": [{"username": name, "sector_code": code}
                        for name, code in (("una", "B"), ("una", ""), ("una", "B"), ("dos", "A"), ("dos", "B"))],
        "stored_file": [{"id": number, "task_id": {1: 11, 2: 12}.get(number), "stored_by": who}
                        for number, who in enumerate(["dos"] * 6 + ["una", "dos", "nadie"], start=1)],
    }  # fmt: skip
    with sa.create_engine("sqlite://").begin() as connection:
        _write(connection, rows)

        # When files come to say their sector
        with Operations.context(MigrationContext.configure(connection)):
            import_module("web.migrations.versions.0073_files_say_their_sector").upgrade()

        # Then it is that of what each was kept for; what could be of either is of who stored it
        found = connection.execute(sa.text("SELECT sector_code FROM stored_file ORDER BY id")).scalars().all()
    assert found == ["A", "", "B", "A", "A", "B", "B", "", ""]


def test_a_document_of_before_has_the_date_of_its_month_minutes_or_act_else_of_its_making() -> None:
    # Given documents made on the thirtieth, whose records were closed, approved and dated before
    late, day = dt.datetime(2018, 6, 30, 15, tzinfo=dt.UTC), dt.date(2018, 6, 15)
    kinds = [("informe_mensual", "2018-05"), ("acta", "7"), ("acto", "3"), ("pes", "1.0"), ("pes", "0.9")]
    moment, whole = UtcDateTime(), sa.MetaData()
    tables = {
        name: sa.Table(name, whole, *(sa.Column(key, kind) for key, kind in columns.items()))
        for name, columns in {
            "document": {"id": sa.Integer, "plan_code": sa.String, "kind": sa.String, "key": sa.String,
                         "made_at": moment},
            "period": {"plan_code": sa.String, "code": sa.String, "published_at": moment},
            "meeting": {"id": sa.Integer, "approved_at": moment},
            "administrative_act": {"plan_code": sa.String, "id": sa.Integer, "dated_on": sa.Date},
            "plan_version": {"act_id": sa.Integer, "document_version_id": sa.Integer},
            "document_version": {"id": sa.Integer, "number": sa.String},
        }.items()
    }  # fmt: skip
    rows: dict[str, list[dict[str, Any]]] = {
        "document": [{"id": number, "plan_code": "P", "kind": kind, "key": key, "made_at": late}
                     for number, (kind, key) in enumerate(kinds, start=1)],
        "period": [{"plan_code": "P", "code": "2018-05", "published_at": late - dt.timedelta(days=20)}],
        "meeting": [{"id": 7, "approved_at": late - dt.timedelta(days=18)}],
        "administrative_act": [{"plan_code": "P", "id": 3, "dated_on": day}],
        "plan_version": [{"act_id": 3, "document_version_id": 5}],
        "document_version": [{"id": 5, "number": "1.0"}],
    }  # fmt: skip
    with sa.create_engine("sqlite://").begin() as connection:
        whole.create_all(connection)
        for name, kept in rows.items():
            connection.execute(tables[name].insert(), kept)

        # When documents come to have the date of their act
        with Operations.context(MigrationContext.configure(connection)):
            import_module("web.migrations.versions.0075_documents_have_the_date_of_their_act").upgrade()

        found = connection.execute(sa.text("SELECT dated_at FROM document ORDER BY id").columns(dated_at=moment))
        dates = [bogota_day(one) for one in found.scalars()]
    assert dates == [dt.date(2018, 6, 10), dt.date(2018, 6, 12), day, day, dt.date(2018, 6, 30)]


def _write(connection: sa.Connection, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Tables of no more than these columns, with these rows."""
    for name, kept in rows.items():
        table = sa.Table(name, sa.MetaData(), *(sa.Column(column, _type(kept, column)) for column in kept[0]))
        table.create(connection)
        connection.execute(table.insert(), kept)


def _type(rows: list[dict[str, Any]], column: str) -> type[sa.types.TypeEngine[Any]]:
    return sa.Integer if any(isinstance(row[column], int) for row in rows) else sa.String


def test_an_archive_of_before_is_closed_and_as_reserved_as_any_file_of_its_sector() -> None:
    # Given the archives of a sector that has a reserved file and of one that has none, kept as public, and other files
    rows: dict[str, list[dict[str, Any]]] = {
        "plan_archive": [{"plan_code": "PES-A", "file_id": 1}, {"plan_code": "PES-B", "file_id": 2},
                         {"plan_code": "PES-C", "file_id": None}],
        "stored_file": [{"id": number, "sector_code": sector, "reserve": reserve} for number, (sector, reserve) in
                        enumerate([("A", "publica"), ("B", "publica"), ("A", "reservada"), ("B", "publica")], start=1)],
    }  # fmt: skip
    with sa.create_engine("sqlite://").begin() as connection:
        _write(connection, rows)

        # When archives come to be as reserved as what they hold
        with Operations.context(MigrationContext.configure(connection)):
            import_module("web.migrations.versions.0077_archives_are_as_reserved_as_what_they_hold").upgrade()

        # Then they are, and nothing else changes
        found = connection.execute(sa.text("SELECT reserve FROM stored_file ORDER BY id")).scalars().all()
    assert found == ["reservada", "clasificada", "reservada", "publica"]
