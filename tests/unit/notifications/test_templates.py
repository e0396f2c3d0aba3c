"""Every e-mail has its three files."""

from __future__ import annotations

from importlib import resources


def test_every_mail_is_a_subject_a_text_and_an_html_body() -> None:
    folder = resources.files("notifications") / "templates" / "email"

    for mail in folder.iterdir():
        assert {part.name for part in mail.iterdir()} == {"subject.txt", "body.txt", "body.html"}, mail.name
