"""The migrations and the models are one schema, on both databases."""

from __future__ import annotations

import threading
from pathlib import Path

import sqlalchemy as sa

from engine.database import Database
from web import migrating, schema


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
