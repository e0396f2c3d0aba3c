"""What kind of file some bytes are: told by the content; the name only chooses between text formats."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath

MAX_ENTRIES = 10_000

OFFICE = {
    "word/": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    "xl/": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    "ppt/": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"),
}
OPEN_DOCUMENT = {
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.presentation": ".odp",
}
TEXTS = {".csv": "text/csv", ".txt": "text/plain"}
DANGEROUS = frozenset(
    {".exe", ".dll", ".com", ".bat", ".cmd", ".scr", ".msi", ".ps1", ".vbs", ".js", ".jar", ".sh", ".py", ".php"}
    | {".apk", ".lnk", ".hta", ".docm", ".xlsm", ".pptm"}
)
SUFFIXES = (
    ".pdf", ".png", ".jpg", ".jpeg", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".csv", ".txt", ".zip",
)  # fmt: skip
"""What a file chooser offers."""
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f]")
"""Bytes that no text holds, in either of the encodings: below 32 both are ASCII."""
ACCEPTED = "PDF, imagen (PNG o JPG), Word, Excel, PowerPoint, LibreOffice, CSV, texto o ZIP"


@dataclass(frozen=True, slots=True)
class Kind:
    """A media type, and the ending that a name of this kind carries."""

    media_type: str
    suffix: str


def kind_of(content: bytes, name: str) -> Kind | None:
    """The kind, None if it is none that is accepted."""
    suffix = PurePosixPath(name).suffix.lower()
    if content.startswith(b"%PDF-"):
        return Kind("application/pdf", ".pdf")
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind("image/png", ".png")
    if content.startswith(b"\xff\xd8\xff"):
        return Kind("image/jpeg", suffix if suffix in {".jpg", ".jpeg"} else ".jpg")
    if content.startswith(b"PK\x03\x04"):
        return _zipped(content)
    return _text(content, suffix)


def _zipped(content: bytes) -> Kind | None:
    """What a ZIP holds, by its directory; nothing is unpacked but the type's own small entry."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if len(names) > MAX_ENTRIES or any(_is_dangerous(name) for name in names):
                return None
            declared = _declared(archive) if "mimetype" in names else ""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return None
    if declared in OPEN_DOCUMENT:
        return Kind(declared, OPEN_DOCUMENT[declared])
    if "[Content_Types].xml" in names:
        found = next((kind for folder, kind in OFFICE.items() if any(n.startswith(folder) for n in names)), None)
        return Kind(*found) if found else None
    return Kind("application/zip", ".zip")


def _declared(archive: zipfile.ZipFile) -> str:
    with archive.open("mimetype") as entry:
        return entry.read(100).decode("ascii", "replace").strip()


def _is_dangerous(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.suffix.lower() in DANGEROUS or path.name.lower() == "vbaproject.bin" or ".." in path.parts


def _text(content: bytes, suffix: str) -> Kind | None:
    """Plain text only under a text's name, and only if it is no markup that a browser would run."""
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:512].lower()
    if suffix not in TEXTS or start.startswith((b"<", b"#!", b"mz")) or _CONTROL.search(content):
        return None
    return Kind(TEXTS[suffix], suffix) if _decodes(content) else None


def _decodes(content: bytes) -> bool:
    for encoding in ("utf-8", "cp1252"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
