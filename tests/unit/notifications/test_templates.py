"""Every e-mail has its three files."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable

from notifications.mail_kinds import KINDS

FOLDER = resources.files("notifications") / "templates" / "email"


def mails() -> Iterator[Traversable]:
    return (one for one in FOLDER.iterdir() if one.is_dir())


def test_every_mail_is_a_subject_a_text_and_an_html_body() -> None:
    for mail in mails():
        parts = sorted(part.name for part in mail.iterdir())
        assert parts in (["body.html", "body.txt", "subject.txt"], ["body.txt", "letter.html", "subject.txt"]), (
            mail.name
        )


def test_every_mail_greets_before_it_says_anything_so_that_several_can_be_one() -> None:
    # What an office may word itself is put between a greeting and a foot that stay ours.
    for mail in (one for one in mails() if one.name not in KINDS):
        lines = (mail / "body.txt").read_text(encoding="utf-8").split("{% endmacro %}\n")[-1].splitlines()
        assert lines[0].endswith(":") and lines[1] == "", mail.name
        assert '{% extends "frame.html" %}' in (mail / "body.html").read_text(encoding="utf-8"), mail.name
