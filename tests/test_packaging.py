"""The wheel and the README's commands, each tried where a newcomer would: elsewhere, with nothing prepared."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import annotate
from annotate.records import Document
from committed import CORPUS, OUTPUTS, ROOT, assert_as_committed

#: One process has all of them, so that the wheel is built once.
pytestmark = pytest.mark.xdist_group("packaging")

MINUTES = 60

#: What pip says when it reaches no package index; whatever else goes wrong is a failure.
OFFLINE = re.compile(
    r"NewConnectionError|NameResolutionError|ProxyError|ConnectTimeoutError|Network is unreachable|from versions: none"
)


def environment() -> dict[str, str]:
    """The caller's, but for what leads to this repository or to the virtual environment of this test run."""
    scripts = Path(sysconfig.get_path("scripts"))
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    path = [folder for folder in kept.get("PATH", os.defpath).split(os.pathsep) if Path(folder) != scripts]
    return kept | {"PATH": os.pathsep.join(path)}


def call(command: str | Sequence[str], folder: Path, *, minutes: int = 10) -> str:
    """What a command writes; skips the test where it fails for want of a network."""
    done = subprocess.run(
        ["bash", "-c", command] if isinstance(command, str) else command,
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=minutes * MINUTES,
    )
    if done.returncode and OFFLINE.search(done.stdout):
        pytest.skip("the package index cannot be reached")
    assert done.returncode == 0, done.stdout[-5000:]
    return done.stdout


# --- the wheel ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as pip builds it from the sources, in an environment of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    call([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), "."], ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the corpus and a virtual environment in which the wheel is installed.

    The dependencies are those of this test run, lent by a path file. Such a file adds a folder, but does not
    read the path files in it: so what is lent does not lead back to an editable install of the repository.
    """
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    python = folder / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    call([*pip, "install", "-q", "--no-deps", "--no-index", str(wheel)], folder)
    (site,) = (folder / "venv").glob("lib/python*/site-packages")
    lent = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "lent.pth").write_text("".join(f"{path}\n" for path in sorted(lent)))
    shutil.copytree(CORPUS, folder / "corpus")
    return folder


def test_the_wheel_holds_the_patterns_and_nothing_else_of_the_repository(wheel: Path) -> None:
    """Every pattern file, every module and `py.typed` are inside, tests and corpus are not."""
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    source = ROOT / "src"
    modules = {
        path.relative_to(source).as_posix()
        for path in (source / "annotate").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    patterns = {f"annotate/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "patterns").rglob("*.yaml")}
    assert len(patterns) > 12
    assert inside == modules | patterns


def test_the_wheel_is_what_runs_there(elsewhere: Path) -> None:
    """The package is imported from the wheel, and the repository is out of reach."""
    code = "import annotate, json, sys; print(json.dumps([annotate.__file__, annotate.__version__, sys.path]))"
    file, version, path = json.loads(call([f"{elsewhere}/venv/bin/python", "-c", code], elsewhere))
    assert Path(file).is_relative_to(elsewhere)
    assert version == annotate.__version__
    assert not {str(ROOT), str(ROOT / "src")} & {*path}


def test_the_wheel_runs_the_main_job(elsewhere: Path) -> None:
    """Installed elsewhere, `annotate run corpus/` writes the same bytes as in the repository."""
    call([f"{elsewhere}/venv/bin/annotate", "run", "corpus/", "-o", "outputs/"], elsewhere)
    assert_as_committed(elsewhere / "outputs")


# --- the README ---------------------------------------------------------------------------------

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [block.strip() for block in re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)]


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Path]:
    """What a fresh clone would have if the working tree were committed as it is, without its outputs.

    It is removed at the end: pytest keeps the folders of three runs, and this one holds all of spaCy.
    """
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    if not (ROOT / ".git").exists():
        pytest.skip("not a git repository")
    folder = tmp_path / "clone"
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file() and not (ROOT / name).is_relative_to(OUTPUTS):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    yield folder
    shutil.rmtree(folder)


def test_the_readme_has_two_set_up_commands() -> None:
    """Each is one line that makes its own virtual environment: one runs the main job, one the tests."""
    job, test = (command for command in COMMANDS if command.startswith("python3 -m venv "))
    assert [job.count("\n"), test.count("\n")] == [0, 0]
    assert "annotate run corpus/ -o outputs/" in job
    assert test.endswith(" -m pytest -n auto")
    assert all(" -c constraints.txt " in command for command in (job, test))


def test_the_readme_begins_with_a_sentence_and_its_record() -> None:
    """Before line 20 stand a sentence and its record as the pipeline makes it, but for versions, hashes and score."""
    (quoted,) = (line for line in README.splitlines()[:10] if line.startswith("> "))
    text = quoted.removeprefix("> ").replace("**", "")
    (block,) = re.findall(r"^```json\n(.*?)^```$", "\n".join(README.splitlines()[:20]), re.MULTILINE | re.DOTALL)
    shown = json.loads(block)
    made = annotate.load().annotate(Document("stdin", text, "stdin")).to_dict()
    for record in (shown, made):
        assert {*record["run"]} == {"tool", "spacy", "pipeline", "patterns", "config"}
        del record["run"]
        assert record["meta"].pop("lang_score") > 0.9
    assert shown == made
    assert re.findall(r"\*\*(.+?)\*\*", quoted) == [span["text"] for span in made["spans"]]


def test_the_readme_runs_what_is_installed() -> None:
    """No command hangs on an environment that nobody made active: it is named in full, or the page says so before."""
    before, mark, _ = README.partition(". .venv/bin/activate")
    assert mark
    commands = "\n".join(re.findall(r"^```sh\n(.*?)^```$", before, re.MULTILINE | re.DOTALL))
    assert re.findall(r"(?<!/)\b(?:annotate run|pip install|python -m)", commands) == []


@pytest.mark.slow  # it installs everything anew
def test_the_readme_s_first_command_runs_the_main_job(clone: Path) -> None:
    """Pasted into a fresh clone, it installs the tool and writes what is committed in outputs/."""
    call(COMMANDS[0], clone)
    assert_as_committed(clone / "outputs")


@pytest.mark.slow  # it installs everything anew
def test_the_readme_s_second_command_runs_the_tests(clone: Path) -> None:
    """Pasted into a fresh clone, it installs all that the tests need: every test is collected."""
    shutil.copytree(OUTPUTS, clone / "outputs", dirs_exist_ok=True)
    collected = call(f"{COMMANDS[1]} --collect-only -q", clone)
    assert re.search(r"^\d+(/\d+)? tests collected", collected, re.MULTILINE), collected[-2000:]


# --- constraints --------------------------------------------------------------------------------

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def requirements() -> list[Requirement]:
    """All that the project and its extras ask for."""
    extras = PROJECT["optional-dependencies"].values()
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in extra)]
    return [own for own in map(Requirement, lines) if canonicalize_name(own.name) != PROJECT["name"]]


def constraints() -> dict[str, list[Requirement]]:
    """What constraints.txt says of each package: several lines where Pythons differ."""
    found: dict[str, list[Requirement]] = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            own = Requirement(line)
            found.setdefault(canonicalize_name(own.name), []).append(own)
    return found


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
def test_constraints_name_one_version_of_all_that_is_required(python: str) -> None:
    """For each supported Python every requirement has exactly one version in constraints.txt, and one that fits."""
    environment = {"python_version": python, "python_full_version": f"{python}.1"}
    known = constraints()
    for required in requirements():
        lines = known.get(canonicalize_name(required.name), [])
        pinned = [own for own in lines if own.marker is None or own.marker.evaluate(environment)]
        assert len(pinned) == 1, (required.name, lines)
        (pin,) = pinned[0].specifier
        assert pin.operator == "=="
        assert pin.version in required.specifier, (required, pin)
