"""`requirements/` holds what setup.cfg and pyproject.toml ask for, each package to its hash."""

from __future__ import annotations

import configparser
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[3]
LOCKS = ("run", "test", "build")


def wanted(name: str) -> list[Requirement]:
    """What the project itself asks for, of what a lock is for."""
    if name == "build":
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        return [Requirement(line) for line in project["build-system"]["requires"]]
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = setup["options"]["install_requires"].split("\n")
    lines += setup["options.extras_require"]["test"].split("\n") if name == "test" else []
    return [Requirement(line) for line in lines if line]


def entries(name: str) -> list[tuple[str, Version, int]]:
    """What a lock pins: package, version and how many files of it may be installed; some once per release of Python."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    found = re.findall(r"^(\S+)==(\S+)((?:.*\\\n)*.*)", text, re.MULTILINE)
    return [(canonicalize_name(one), Version(version), rest.count("--hash=sha256:")) for one, version, rest in found]


def locked(name: str) -> dict[str, tuple[Version, int]]:
    """The same by package."""
    return {package: (version, files) for package, version, files in entries(name)}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_satisfies_what_the_project_asks_for(name: str) -> None:
    found = locked(name)

    unmet = [
        str(one)
        for one in wanted(name)
        if canonicalize_name(one.name) not in found or found[canonicalize_name(one.name)][0] not in one.specifier
    ]

    assert unmet == [], "run: python3 dev.py lock"


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_of_a_lock_is_a_version_with_hashes_and_names_no_place(name: str) -> None:
    lines = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").splitlines()

    heads = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert len(heads) == len(entries(name)) and all(files > 0 for _, _, files in entries(name))
    assert [line for line in lines if "://" in line or line.startswith(("-", "/", "."))] == []


def test_what_runs_is_what_is_tested() -> None:
    tested = locked("test")

    assert {name: tested.get(name) for name in locked("run")} == locked("run")
