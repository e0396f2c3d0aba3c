#!/usr/bin/env python3
"""Everything a newcomer needs, with nothing but Python: set up, run the demo, test, check, measure."""

from __future__ import annotations

import configparser
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

USAGE = """\
python3 dev.py run      set up, then serve the demo on http://127.0.0.1:8000
python3 dev.py test     set up with the test extras, then the whole suite (arguments go to pytest)
python3 dev.py check    ruff, mypy --strict and the directions between the packages
python3 dev.py bench    the benchmarks
python3 dev.py coverage the suite, or a part of it, and how many lines of each room no test runs
python3 dev.py mutants  puts small faults into the pure cores, and tells those that no unit test notices
python3 dev.py setup    only .venv and the installation
python3 dev.py sbom     dist/cauce.cdx.json: every package that runs, with version and hash (CycloneDX)
python3 dev.py audit    known weaknesses of the locked packages, asked of pypi.org; 2 where it cannot be reached
python3 dev.py lock     renew requirements/ after setup.cfg changed; --upgrade takes the newest of everything
"""
ROOT = Path(__file__).parent.resolve()
VENV = ROOT / ".venv"
PROGRAMS = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / ".cauce-installed"
LOCKED = ROOT / "requirements"
LDAP_HEADERS = Path("/usr/include/ldap.h")
"""Where a machine has them, the library of `cauce[ldap]` is built for its tests, which skip without it."""
BOM = "cyclonedx-bom>=7,<8"
"""What writes the list of packages; only `sbom` needs it."""
AUDITOR = "pip-audit>=2.9,<3"
"""What asks for known weaknesses; only `audit` needs it."""
UV = "uv>=0.9,<1"
"""What resolves for every Python and platform at once; only `lock` needs it."""


def program(name: str) -> str:
    """The path of a program inside .venv."""
    return str(PROGRAMS / (f"{name}.exe" if os.name == "nt" else name))


def wanted() -> str:
    """A digest of everything that asks for a new installation when it changes: dependencies and front end."""
    frontend = ROOT / "web" / "frontend"
    files = [ROOT / name for name in ("setup.cfg", "setup.py", "pyproject.toml")]
    files += sorted(LOCKED.glob("*.txt"))
    files += [path for path in sorted(frontend.iterdir()) if path.is_file()]
    files += [path for path in sorted((frontend / "src").rglob("*")) if path.is_file()]
    total = hashlib.sha256(sys.version.encode())
    for path in files:
        total.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def installed() -> tuple[str, bool]:
    """What was installed last, and whether with the test extras."""
    if not STAMP.is_file():
        return "", False
    digest, _, extras = STAMP.read_text().partition(" ")
    return digest, extras == "test"


def make_venv() -> None:
    """Create .venv where there is none."""
    if Path(program("python")).exists():
        return
    try:
        venv.create(VENV, with_pip=True)
    except subprocess.CalledProcessError:
        sys.exit("A este Python le falta el módulo venv. En Debian o Ubuntu: sudo apt install python3-venv")


def pip(command: str, *arguments: str) -> None:
    """Run pip inside .venv, or end with its message."""
    quiet = ("--quiet", "--disable-pip-version-check")
    if subprocess.run([program("python"), "-m", "pip", command, *quiet, *arguments], check=False, cwd=ROOT).returncode:
        sys.exit("No se pudo instalar: lea el mensaje de pip de arriba. La primera vez se necesita la red.")


def setup(*, test: bool = False) -> None:
    """Make .venv hold the project (with the test extras if `test`); at once when nothing changed."""
    if sys.version_info < (3, 11):  # noqa: UP036 - somebody may well start it with an older one
        sys.exit("Cauce necesita Python 3.11 o posterior.")
    digest, with_test = installed()
    if digest == wanted() and (with_test or not test):
        return
    print("Instalando Cauce en .venv (la primera vez tarda uno o dos minutos)…", flush=True)
    make_venv()
    test = test or with_test
    locked = [flag for name in ("build", "test" if test else "run") for flag in ("-r", str(LOCKED / f"{name}.txt"))]
    pip("install", "--require-hashes", *locked)
    # What it needs is there, and what builds it too: nothing is looked for a second time, without its hash.
    pip("install", "--no-deps", "--no-build-isolation", "--editable", ".")
    found = subprocess.run([program("python"), "-m", "pip", "check"], check=False, capture_output=True, text=True)
    if found.returncode:
        sys.exit(f"{found.stdout}Si cambió setup.cfg: python3 dev.py lock. Si no, borre .venv y vuelva a empezar.")
    if test and LDAP_HEADERS.is_file():
        build = ("--require-hashes", "--no-deps", "--no-build-isolation", "-r", str(LOCKED / "ldap.txt"))
        command = [program("python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *build]
        if subprocess.run(command, check=False, cwd=ROOT).returncode:
            print("La biblioteca de LDAP no se pudo compilar: sus pruebas se saltan.", flush=True)
    STAMP.write_text(f"{wanted()}{' test' if test else ''}")


def run(arguments: list[str]) -> int:
    """Serve the demo."""
    setup()
    return become([program("cauce"), "serve", "--demo", *arguments])


def test(arguments: list[str]) -> int:
    """Run the suite, or the part of it that the arguments name."""
    setup(test=True)
    # Files are shared out over the cores, each file to one of them, so that what a file prepares serves all of it;
    # in the order of tests/conftest.py, the longest first, and not by how many tests a file has.
    # One more than there are cores: a browser, a server or a disk is waited for in between.
    workers = str((os.cpu_count() or 1) + 1)
    share = [] if "-n" in arguments else ["-n", workers, "--dist", "loadfile", "--no-loadscope-reorder"]
    return become([program("python"), "-m", "pytest", *share, *arguments])


def check(_: list[str]) -> int:
    """Run every check, also after one failed, so that one run tells everything."""
    setup(test=True)
    commands = (
        [program("ruff"), "check", "."],
        [program("ruff"), "format", "--check", "."],
        [program("mypy")],
        [program("lint-imports")],
    )
    failed = 0
    for command in commands:
        print(f"== {' '.join([Path(command[0]).stem, *command[1:]])}", flush=True)
        failed |= subprocess.run(command, check=False, cwd=ROOT).returncode != 0
    return int(failed)


def bench(arguments: list[str]) -> int:
    """Run the benchmarks."""
    setup(test=True)
    return become([program("python"), "-m", "benchmarks", *arguments])


def lock(arguments: list[str]) -> int:
    """Write requirements/ again: every package to its hash, for every Python and platform that Cauce runs on.

    What is locked stays as it is where setup.cfg still allows it; what runs is a part of what tests.
    """
    import tomllib  # noqa: PLC0415 - an older Python is told so by `setup`, and does not have it

    make_venv()
    pip("install", UV)
    LOCKED.mkdir(exist_ok=True)
    build = "\n".join(tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"])
    declared = configparser.ConfigParser()
    declared.read(ROOT / "setup.cfg", encoding="utf-8")
    test = ("-c", "requirements/test.txt")
    for name, source, told in (
        ("test", ["--extra", "test", "setup.py"], None),
        ("run", [*test, "setup.py"], None),
        ("build", [*test, "-"], build),
        ("ldap", [*test, "-"], declared["options.extras_require"]["ldap"]),
    ):
        command = [program("uv"), "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
        command += ["--generate-hashes", "--no-annotate", "--custom-compile-command", "python3 dev.py lock"]
        command += [*source, "--output-file", f"requirements/{name}.txt", *arguments]
        if subprocess.run(command, check=False, cwd=ROOT, input=told, text=True).returncode:
            return 1
    return 0


def sbom(_: list[str]) -> int:
    """Write what Cauce is made of, from the locked requirements; the tool has an environment of its own."""
    target = ROOT / "dist"
    target.mkdir(exist_ok=True)
    command = ["cyclonedx_py", "requirements", str(LOCKED / "run.txt"), "--output-reproducible"]
    return aside(BOM, [*command, "--output-file", str(target / "cauce.cdx.json")])


def audit(_: list[str]) -> int:
    """Ask for known weaknesses of everything that runs: 1 if there are some, 2 if a package could not be asked about.

    Who is behind a mirror gets no answer for any package, which the tool itself calls «no known vulnerabilities».
    """
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "found.json"
        command = ["pip_audit", "--require-hashes", "--disable-pip", "-r", str(LOCKED / "run.txt")]
        aside(AUDITOR, [*command, "--progress-spinner", "off", "--format", "json", "--output", str(found)])
        asked = json.loads(found.read_text(encoding="utf-8"))["dependencies"] if found.is_file() else []
    code, told = judged(asked)
    print(told)
    return code


def judged(asked: list[dict[str, Any]]) -> tuple[int, str]:
    """What the answers about packages come to, with what mends each weakness."""
    weak = [
        f"{one['name']} {one['version']}: {known['id']}, "
        f"mended in {', '.join(known['fix_versions']) or 'no release yet'}"
        for one in asked
        for known in one.get("vulns", ())
    ]
    unasked = [one["name"] for one in asked if "vulns" not in one]
    if unasked or not asked:
        of = f"{len(unasked)} of {len(asked)} packages" if asked else "any package"
        weak.append(
            f"NOT AUDITED: nothing could be asked about {of}. pypi.org has to be reached, not a mirror: "
            "run it where it can be, before the release."
        )
        return 2, "\n".join(weak)
    return int(bool(weak)), "\n".join(weak) or f"No known weakness in {len(asked)} packages."


def aside(package: str, command: list[str]) -> int:
    """Run a module of a package that is installed for this once, in an environment of its own."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        installing = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package]
        if subprocess.run(installing, check=False).returncode:
            return 1
        return subprocess.run([python, "-m", *command], check=False, cwd=ROOT).returncode


def coverage(arguments: list[str]) -> int:
    """Run the suite, or the part that the arguments name, and count the lines that no test runs."""
    setup(test=True)
    return become([program("python"), "-m", "tests.support.uncovered", *arguments])


def mutants(arguments: list[str]) -> int:
    """Try the mutants of the pure cores, or of the modules that the arguments name."""
    setup(test=True)
    return become([program("python"), "-m", "mutants", *arguments])


def become(command: list[str]) -> int:
    """Turn into `command`, so that whoever stops dev.py stops it; Windows can only wait for it."""
    sys.stdout.flush()
    os.chdir(ROOT)
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606 - the point: no shell, no child
    try:
        return subprocess.run(command, check=False).returncode
    except KeyboardInterrupt:
        return 130


def main(arguments: list[str]) -> int:
    """Do what the first argument says."""
    commands = {
        "run": run, "test": test, "check": check, "bench": bench, "coverage": coverage, "mutants": mutants,
        "lock": lock, "sbom": sbom, "audit": audit,
        "setup": lambda _: setup() or 0,
    }  # fmt: skip
    if not arguments or arguments[0] not in commands:
        print(USAGE)
        return 0 if arguments[:1] in ([], ["--help"], ["-h"]) else 2
    return commands[arguments[0]](arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
