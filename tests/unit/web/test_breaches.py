"""A file of the digests of breached passwords is searched where it lies."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from web import breaches
from web.config import Config
from web.settings import InvalidSetting


def digest(password: str) -> str:
    return hashlib.sha1(password.encode()).hexdigest().upper()


@pytest.mark.parametrize("count", [1, 2, 3, 1000])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_each_of_the_file_is_found_and_no_other(tmp_path: Path, count: int, end: str) -> None:
    known, path = [f"contraseña-{n}" for n in range(count)], tmp_path / "sha1.txt"
    lines = sorted(digest(one) for one in known)
    text = end.join(f"{line}:{'9' * (n % 7 + 1)}" if n % 3 else line for n, line in enumerate(lines))
    path.write_bytes(text.encode() + (end.encode() if count % 2 else b""))

    breaches.ensure_readable(path)
    found = [one for one in [*known, *(f"otra-{n}" for n in range(count))] if breaches.contains(path, one)]

    assert found == known


@pytest.mark.parametrize(
    "content", [b"", b"hola\n", digest("a").encode()[:39], b"\0" * 500, b"F" * 40 + b"\n" + b"0" * 40 + b"\n"]
)
def test_a_file_that_is_none_of_those_is_refused_at_the_start(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sha1.txt"
    path.write_bytes(content)

    for wrong in (path, tmp_path / "ninguno.txt"):
        with pytest.raises(InvalidSetting, match="CAUCE_BREACHED_PASSWORDS"):
            Config.from_environment({"CAUCE_HOME": str(tmp_path), "CAUCE_BREACHED_PASSWORDS": str(wrong)})
