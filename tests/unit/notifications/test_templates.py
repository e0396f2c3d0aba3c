"""Every e-mail has its three files."""

from __future__ import annotations

from importlib import resources


def test_every_mail_is_a_subject_a_text_and_an_html_body() -> None:
    folder = resources.files("notifications") / "templates" / "email"

    for mail in (one for one in folder.iterdir() if one.is_dir()):
        assert {part.name for part in mail.iterdir()} == {"subject.txt", "body.txt", "body.html"}, mail.name


def test_every_mail_greets_before_it_says_anything_so_that_several_can_be_one() -> None:
    folder = resources.files("notifications") / "templates" / "email"

    for mail in (one for one in folder.iterdir() if one.is_dir()):
        lines = (mail / "body.txt").read_text(encoding="utf-8").split("{% endmacro %}\n")[-1].splitlines()
        assert lines[0].endswith(":") and lines[1] == "", mail.name
        assert '{% extends "frame.html" %}' in (mail / "body.html").read_text(encoding="utf-8"), mail.name
