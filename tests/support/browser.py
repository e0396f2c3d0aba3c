"""Chromium for the tests that need one: a single browser for the whole process."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

SHELL = "chromium-headless-shell"
"""The engine without the windows around it: the same pages for a third of the processor's time."""
PROGRAMS = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find_browser() -> str | None:
    """The system's Chromium: `BROWSER_PATH`, the PATH, or where macOS keeps it."""
    on_path = (shutil.which(name) for name in PROGRAMS)
    installed = (place for place in PLACES if Path(place).exists())
    return os.environ.get("BROWSER_PATH") or next((path for path in on_path if path), None) or next(installed, None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests; skips (or fails, if required) where there is none."""
    path = find_browser()
    if path is None:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("REQUIRE_BROWSER=1 and there is no Chromium: apt-get install chromium")
        pytest.skip("no Chromium: apt-get install chromium, or export BROWSER_PATH")
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"] if as_root else [])
        yield browser
        browser.close()
