"""What is known of each language: langdetect's n-grams, its scripts, its commonest words, its names of months and days.

langdetect's profiles are its own (Nakatani Shuyo, Language Detection Library for Java, 2010). `words.json` is made by
`tools/detection_words.py` out of spaCy's stop words and CLDR's names of months and days: nobody types them by hand.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any

import msgspec
import numpy as np
import orjson
from langdetect.utils.ngram import NGram

from annotate import usercache
from annotate.text.scripts import scripts_in
from annotate.version import software

_SMOOTHING = 0.5 / 10_000
#: A script is a language's own where at least this share of its letters is written in it.
_SHARE = 0.1
#: How likely a month or day is written short in running text, against in full.
_SHORT_NAME = 0.2


class Letters(dict[int, str]):
    """langdetect's normalisation of characters, looked up once each: punctuation to spaces, kana to one kana."""

    def __missing__(self, code: int) -> str:
        found = self[code] = str(NGram.normalize(chr(code)))
        return found


LETTERS = Letters()


@dataclass(frozen=True)
class Profiles:
    """The evidence by language; columns of `logs` and `listed` are the languages in `names`.

    `rows` and `logs` are n-grams with their log probabilities, `common` and `listed` words with the languages that
    use them often, `dates` how likely each name of a month or day is in which language.
    """

    names: tuple[str, ...]
    rows: Mapping[str, int]
    logs: Any
    common: Mapping[str, int]
    listed: Any
    dates: Mapping[str, Mapping[int, float]]
    scripts: tuple[frozenset[str], ...]

    @cached_property
    def bases(self) -> tuple[str, ...]:
        """The languages without their variants: `zh` for `zh-cn`."""
        return tuple(map(base, self.names))

    @cached_property
    def _own(self) -> tuple[frozenset[str], ...]:
        """The scripts that no other language has: kana of Japanese, Hangul of Korean."""
        written = dict(zip(self.bases, self.scripts, strict=True))
        shared = Counter(script for scripts in written.values() for script in scripts)
        return tuple(frozenset(s for s in scripts if shared[s] == 1) for scripts in self.scripts)

    def written_in(self, scripts: Mapping[str, int]) -> Sequence[int]:
        """The columns of the languages that a text in these scripts may be in.

        A language with a script of its own must show it: Chinese characters without kana are no Japanese.
        """
        if not scripts:
            return ()
        key = (max(scripts, key=scripts.__getitem__), frozenset(scripts))
        found = self._written.get(key)
        if found is None:
            found = self._written[key] = tuple(self._columns_of(*key))
        return found

    @cached_property
    def _written(self) -> dict[tuple[str, frozenset[str]], Sequence[int]]:
        return {}

    def _columns_of(self, main: str, scripts: frozenset[str]) -> Iterator[int]:
        for column, (all_of, own) in enumerate(zip(self.scripts, self._own, strict=True)):
            if main in all_of and (not own or not own.isdisjoint(scripts)):
                yield column


def base(name: str) -> str:
    """A language without its variant.

    >>> base("zh-cn")
    'zh'
    """
    return name.split("-")[0]


class _Kept(msgspec.Struct, array_like=True):
    """langdetect's profiles as they are kept: n-grams, their probabilities as logarithms, and the scripts."""

    names: list[str]
    scripts: list[list[str]]
    ngrams: list[str]
    #: Where an n-gram stands in a language: its number times the number of languages, and the language's; 32 bits each.
    cells: bytes
    logs: bytes
    floor: float

    @property
    def is_sound(self) -> bool:
        """Whether every probability has its place."""
        cells = np.frombuffer(self.cells[: len(self.cells) // 4 * 4], dtype=np.int32)
        inside = not len(cells) or 0 <= cells.min() <= cells.max() < len(self.ngrams) * len(self.names)
        return inside and len(self.cells) == len(self.logs) == 4 * len(cells) and len(self.scripts) == len(self.names)


def load(only: Collection[str] | None = None) -> Profiles:
    """The profiles of all languages that langdetect knows, or of some."""
    kept = _kept(only)
    words = orjson.loads(files("annotate.text").joinpath("words.json").read_bytes())
    own = [words.get(base(name), {}) for name in kept.names]
    logs = np.full(len(kept.ngrams) * len(kept.names), kept.floor, dtype=np.float32)
    logs[np.frombuffer(kept.cells, dtype=np.int32)] = np.frombuffer(kept.logs, dtype=np.float32)
    common, listed = _listed([lists.get("words", ()) for lists in own])
    return Profiles(
        names=tuple(kept.names),
        rows=dict(zip(kept.ngrams, range(len(kept.ngrams)), strict=True)),
        logs=logs.reshape(-1, len(kept.names)),
        common=common,
        listed=listed,
        dates=_dates(own),
        scripts=tuple(map(frozenset, kept.scripts)),
    )


def _kept(only: Collection[str] | None) -> _Kept:
    """The profiles from the last run where there are any; putting them together takes longer than reading them."""
    key = repr((software(), np.__version__, sys.byteorder, sorted(only or ())))
    content = usercache.get("detector", key)
    with suppress(msgspec.MsgspecError):
        if content is not None and (kept := msgspec.msgpack.decode(content, type=_Kept)).is_sound:
            return kept
    found = _made(only)
    usercache.put("detector", key, msgspec.msgpack.encode(found))
    return found


def _made(only: Collection[str] | None) -> _Kept:
    """The profiles out of langdetect's own files."""
    folder = files("langdetect").joinpath("profiles")
    found = sorted((p for p in folder.iterdir() if not p.name.startswith("_")), key=lambda p: p.name)
    chosen = [p for p in found if not only or base(p.name) in only]
    rows: dict[str, int] = {}
    cells: list[int] = []
    shares: list[float] = []
    scripts: list[list[str]] = []
    for column, profile in enumerate(chosen):
        data = orjson.loads(profile.read_bytes())
        words = [w for w in data["freq"] if len(w) <= 3]
        totals = [0.0, *data["n_words"]]
        cells += [rows.setdefault(w, len(rows)) * len(chosen) + column for w in words]
        shares += [data["freq"][w] / totals[len(w)] for w in words]
        scripts.append(sorted(_scripts(data["freq"])))
    floor = np.float32(_SMOOTHING)
    return _Kept(
        names=[p.name for p in chosen],
        scripts=scripts,
        ngrams=list(rows),
        cells=np.array(cells, dtype=np.int32).tobytes(),
        logs=np.log(floor + np.array(shares, dtype=np.float32)).tobytes(),
        floor=float(np.log(floor)),
    )


def _listed(lists: Sequence[Iterable[str]]) -> tuple[dict[str, int], Any]:
    """word -> row, and by row and language whether it is one of the language's common words."""
    columns = _columns([[word.translate(LETTERS) for word in words] for words in lists])
    matrix = np.zeros((len(columns), len(lists)), dtype=np.float32)
    for row, found in enumerate(columns.values()):
        matrix[row, [*found]] = 1
    return {word: row for row, word in enumerate(columns)}, matrix


def _dates(lists: Iterable[Mapping[str, Iterable[str]]]) -> dict[str, dict[int, float]]:
    """Names of months and days -> the columns in which they are such, a short form less likely than a full one."""
    found: dict[str, dict[int, float]] = {}
    for column, names in enumerate(lists):
        for key, likely in (("short", _SHORT_NAME), ("dates", 1.0)):
            for name in names.get(key, ()):
                found.setdefault(name.translate(LETTERS), {})[column] = likely
    return found


def _columns(lists: Iterable[Iterable[str]]) -> dict[str, frozenset[int]]:
    columns: dict[str, set[int]] = {}
    for column, words in enumerate(lists):
        for word in words:
            columns.setdefault(word, set()).add(column)
    return {word: frozenset(found) for word, found in columns.items()}


def _scripts(grams: Mapping[str, int]) -> frozenset[str]:
    """The scripts that a language is written in, by the letters of its profile."""
    counts: Counter[str] = Counter()
    for letter, count in grams.items():
        if len(letter) == 1 and letter != " ":
            for script, weight in scripts_in([letter]).items():
                counts[script] += weight * count
    least = _SHARE * counts.total()
    return frozenset(script for script, count in counts.items() if count >= least)
