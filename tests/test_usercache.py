"""The user's cache: what is kept comes back whole or not at all, and nothing depends on it."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from annotate import usercache

CONTENT = b"some content \x00 of an entry"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder that is not there yet."""
    monkeypatch.setenv(usercache.VARIABLE, str(tmp_path / "a" / "cache"))
    return tmp_path / "a" / "cache"


def entry(home: Path) -> Path:
    """The one file that an entry was kept in."""
    (path,) = home.iterdir()
    return path


def test_what_is_put_comes_back_by_its_name_and_key_only(home: Path) -> None:
    """Another name or key has nothing; the folder and its files are the user's alone."""
    usercache.put("grammar-nl", "key", CONTENT)
    assert usercache.get("grammar-nl", "key") == CONTENT
    assert usercache.get("grammar-nl", "other key") is None
    assert usercache.get("grammar-de", "key") is None
    assert home.stat().st_mode & 0o777 == 0o700
    assert entry(home).stat().st_mode & 0o777 == 0o600


def test_an_entry_under_another_key_s_name_is_not_taken(home: Path) -> None:
    """The checksum is over the key too: a file that was renamed or collides counts as missing."""
    usercache.put("grammar-nl", "key", CONTENT)
    first = entry(home)
    usercache.put("grammar-nl", "other", b"else")
    (second,) = set(home.iterdir()) - {first}
    shutil.copy(first, second)
    assert usercache.get("grammar-nl", "other") is None


def test_damage_anywhere_is_noticed(home: Path) -> None:
    """Each byte turned, and each length cut, makes the entry missing; the next `put` mends it."""
    usercache.put("grammar-nl", "key", CONTENT)
    path = entry(home)
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert usercache.get("grammar-nl", "key") is None
        path.write_bytes(whole[:place])
        assert usercache.get("grammar-nl", "key") is None
    usercache.put("grammar-nl", "key", CONTENT)
    assert usercache.get("grammar-nl", "key") == CONTENT


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no owners of files here")
@pytest.mark.parametrize("kind", ["owner", "writable by others", "link", "pipe", "folder"])
def test_what_is_not_this_user_s_own_file_is_not_read(kind: str, home: Path, tmp_path: Path) -> None:
    """A stranger's file, one that others may write, a link, a pipe (without waiting at it), a folder."""
    usercache.put("grammar-nl", "key", CONTENT)
    path = entry(home)
    if kind == "owner":
        if os.geteuid() != 0:
            pytest.skip("only root can give a file away")
        os.chown(path, 12345, 12345)
    elif kind == "writable by others":
        path.chmod(0o666)
    else:
        path.rename(tmp_path / "moved")
        if kind == "link":
            path.symlink_to(tmp_path / "moved")
        elif kind == "pipe":
            os.mkfifo(path)
        else:
            path.mkdir()
    assert usercache.get("grammar-nl", "key") is None
    usercache.put("grammar-nl", "key", CONTENT)  # never fails, and mends what it can
    assert usercache.get("grammar-nl", "key") == (None if kind == "folder" else CONTENT)


def test_nothing_is_kept_where_the_variable_is_empty(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`ANNOTATE_CACHE=` turns the cache off."""
    monkeypatch.setenv(usercache.VARIABLE, "")
    usercache.put("grammar-nl", "key", CONTENT)
    assert usercache.get("grammar-nl", "key") is None
    assert not home.exists()


def test_without_the_variable_it_is_the_folder_of_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Below `XDG_CACHE_HOME` on Linux; nowhere, where no home is known."""
    if not sys.platform.startswith("linux"):
        pytest.skip("other systems have other variables")
    monkeypatch.delenv(usercache.VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert usercache.folder() == tmp_path / "xdg" / "annotate-articles"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # a user without a name or home, as in a container
    assert usercache.folder() is None


def test_old_entries_make_room(home: Path) -> None:
    """Of each name the newest four stay: checkouts and versions do not pile up; other names are left alone."""
    for number in range(8):
        usercache.put("grammar-nl", str(number), CONTENT)
        for path in home.iterdir():
            status = path.stat()
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns - 10**9))
    usercache.put("grammar-n", "key", CONTENT)
    assert [usercache.get("grammar-nl", str(number)) is not None for number in range(8)] == [False] * 4 + [True] * 4
    assert usercache.get("grammar-n", "key") == CONTENT


@pytest.mark.parametrize("where", ["below a file", "too long a name"])
def test_a_folder_that_cannot_be_made_costs_nothing(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is kept, and nobody hears of it."""
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "cache" if where == "below a file" else tmp_path / ("x" * 300)
    monkeypatch.setenv(usercache.VARIABLE, str(path))
    usercache.put("grammar-nl", "key", CONTENT)
    assert usercache.get("grammar-nl", "key") is None


PUT = "from annotate import usercache; usercache.put('big', 'key', bytes(300_000)); print(usercache.get('big', 'key'))"


@pytest.mark.parametrize("options", ["size=100k", "ro"])
def test_a_full_or_read_only_file_system_costs_nothing(options: str, tmp_path: Path) -> None:
    """On a real one nothing is kept, and no part of a file is left behind."""
    inside = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    mounting = f"mount -t tmpfs -o {options} none {tmp_path}"
    if shutil.which("unshare") is None or subprocess.run([*inside, mounting], check=False).returncode:
        pytest.skip("this machine allows no file system of one's own")
    script = f'{mounting} && {sys.executable} -c "{PUT}" && find {tmp_path} -type f'
    done = subprocess.run(
        [*inside, script],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {usercache.VARIABLE: str(tmp_path)},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "None\n", "")


WRITE = """
import sys
from annotate import usercache
for number in range(200):
    content = usercache.get("shared", "key")
    assert content is None or (len(content) == 50_000 and len({*content}) == 1)
    usercache.put("shared", "key", bytes([int(sys.argv[1])]) * 50_000)
"""


def test_many_may_write_and_read_at_once(home: Path) -> None:
    """Whoever reads meets a whole entry of one writer; no draft is left."""
    writers = [subprocess.Popen([sys.executable, "-c", WRITE, str(n)], stderr=subprocess.PIPE) for n in range(4)]
    told = [writer.communicate(timeout=60)[1] for writer in writers]
    assert told == [b""] * 4
    assert [path.name.startswith("shared-") for path in home.iterdir()] == [True]


def test_a_draft_that_a_kill_left_behind_goes_in_time(home: Path) -> None:
    """More than a few of them are removed by whoever writes next."""
    home.mkdir(parents=True)
    for number in range(20):
        (home / f".draft-{number}").touch()
    usercache.put("grammar-nl", "key", CONTENT)
    assert len(list(home.glob(".draft-*"))) <= 4


class Trap:
    """Unpickling one makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.path,)


def test_nothing_is_ever_executed(home: Path, tmp_path: Path) -> None:
    """A pickle in the place of an entry is not even opened as one."""
    usercache.put("grammar-nl", "key", CONTENT)
    entry(home).write_bytes(pickle.dumps(Trap(tmp_path / "sprung")))
    assert usercache.get("grammar-nl", "key") is None
    assert not (tmp_path / "sprung").exists()
