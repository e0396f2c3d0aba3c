"""What is refused is said, also by a Python that throws docstrings away."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys

import pytest

from engine.errors import TaskAlreadyCompleted, UnknownInstance, UnreadableDiagram
from tests.support.source import ROOT

SPEAK = """
import dataclasses, importlib, json, pkgutil
import click
import engine, notifications, web, workflows
from engine.errors import SpokenError
from web.cli.root import main

for package in (engine, workflows, notifications, web):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if ".migrations." not in module.name:
            importlib.import_module(module.name)

def below(cls):
    return [cls, *(deeper for child in cls.__subclasses__() for deeper in below(child))]

def said(cls):
    asked = {field.name: None for field in dataclasses.fields(cls) if field.name != "message"}
    return str(cls(**asked)) if "sentence" in vars(cls) else ""

def helped(command, context):
    found = {command.name: command.help or ""}
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found |= helped(command.get_command(context, name), context)
    return found

print(json.dumps({
    "docstring": main.callback.__doc__,
    "errors": {cls.__name__: said(cls) for cls in below(SpokenError)},
    "help": helped(main, click.Context(main)),
}))
"""


@pytest.fixture(scope="module")
def spoken() -> dict[str, dict[str, str]]:
    command = [sys.executable, "-OO", "-W", "ignore", "-c", SPEAK]
    found: dict[str, dict[str, str]] = json.loads(
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT, text=True, encoding="utf-8").stdout
    )
    assert found["docstring"] is None, "docstrings are still there: nothing was tried"
    return found


def test_every_error_has_a_sentence_of_its_own_without_docstrings(spoken: dict[str, dict[str, str]]) -> None:
    sentences = spoken["errors"]

    assert {
        "UnknownInstance",
        "InvalidSubmission",
        "DeliveryFailed",
        "WrongPassword",
        "InvalidPlan",
    } <= sentences.keys()
    assert [name for name, sentence in sentences.items() if not sentence] == []


def test_every_command_explains_itself_without_docstrings(spoken: dict[str, dict[str, str]]) -> None:
    texts = spoken["help"]

    assert {"serve", "doctor", "import", "create"} <= texts.keys()
    assert [name for name, text in texts.items() if not text] == []


def test_an_error_says_what_it_was_raised_with_else_the_sentence_of_its_class() -> None:
    plain, told = UnknownInstance(instance_id=3), UnreadableDiagram("No es XML.")

    assert (str(plain), plain.message, plain.instance_id) == (UnknownInstance.sentence, UnknownInstance.sentence, 3)
    assert (str(told), told.findings) == ("No es XML.", ())


def test_an_error_travels_between_processes_with_its_fields() -> None:
    sent = TaskAlreadyCompleted(task_id=7, completed_by="ana", completed_at=None)

    arrived = pickle.loads(pickle.dumps(sent))

    assert type(arrived) is TaskAlreadyCompleted
    assert (arrived.message, arrived.task_id, arrived.completed_by) == (sent.message, 7, "ana")
