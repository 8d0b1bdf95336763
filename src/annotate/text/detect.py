"""Stage `detect`: which language a text, or a paragraph of it, is written in.

langdetect's profiles and its naive Bayes, but computed over all n-grams of a bounded sample at once instead of
over seven random draws: the same text always gets the same answer, in a fraction of the time.
(langdetect: Nakatani Shuyo, Language Detection Library for Java, 2010; n-grams, smoothing and text
normalisation are its own.)
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from itertools import chain
from operator import add
from typing import Any, Protocol

import msgspec
import numpy as np
import orjson
from babel.core import get_global
from langdetect.utils.ngram import NGram

from annotate import usercache
from annotate.version import software

UNDECIDED = "und"

_SMOOTHING = 0.5 / 10_000
_SAMPLE = 300
_PARAGRAPH_SAMPLE = 48
#: A sample's evidence counts as that of at most so many n-grams; without a bound every score would be 1.
_EVIDENCE = 120
_MIN_LETTERS = 12
_MIN_SCORE = 0.7
_MIN_SEGMENT = 120
_SEGMENT_SCORE = 0.95
_NOISE = re.compile(r"(?:https?://|www\.)\S+|(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+")
_ADDRESS = re.compile(r"://|www\.|@")
_LATIN = re.compile(r"[A-Za-z]")
_NOT_LATIN = re.compile(r"[\u0300-\uffff]")
_WIDE = re.compile(r"[\u2e80-\uffff]")
#: Scripts that mix Chinese characters with their own, which are never away for long (ISO 15924).
_SCRIPTS = {"Kore": re.compile(r"[\u1100-\u11ff\uac00-\ud7af]"), "Jpan": re.compile(r"[\u3040-\u30ff]")}
#: A quotation of some length in group 1; or one that is shorter or never closed, passed over as a whole, as else
#: each of a million opening quotes would be followed to the end of its line.
_QUOTED = re.compile(r"[“„«\"「『](?:([^”»\"」』\n]{120,})[”“»\"」』]|[^”»\"」』\n]*)")
_LINE = re.compile(r"[^\n]+")


@dataclass(frozen=True, slots=True)
class Guess:
    """A language (ISO 639-1, `und` where undecided) with its posterior probability."""

    lang: str
    score: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text in one language."""

    start: int
    end: int
    lang: str


class Detector(Protocol):
    """Anything that can tell a language; name another in the pipeline's settings."""

    name: str

    def detect(self, text: str) -> Guess:
        """The language of a text."""
        ...


class _Profiles(msgspec.Struct, array_like=True):
    """langdetect's profiles: the logarithm of an n-gram's probability in a language, and of one that it never has."""

    langs: list[str]
    ngrams: list[str]
    #: Where an n-gram stands in a language: its number times the number of languages, and the language's; 32 bits each.
    cells: bytes
    logs: bytes
    floor: float

    @property
    def is_sound(self) -> bool:
        """Whether every probability has its place."""
        cells = np.frombuffer(self.cells[: len(self.cells) // 4 * 4], dtype=np.int32)
        inside = not len(cells) or 0 <= cells.min() <= cells.max() < len(self.ngrams) * len(self.langs)
        return inside and len(self.cells) == len(self.logs) == 4 * len(cells)


class LangDetect:
    """langdetect's profiles, evaluated exactly.

    `only` limits the candidates; `prior` weighs languages against each other before any text is seen (Dutch is
    a thousand times as common in the news as Afrikaans, and short sentences of the two look alike).
    """

    name = "langdetect"

    def __init__(self, only: Collection[str] | None = None, prior: Mapping[str, float] | None = None) -> None:
        self._only = only
        self._prior = prior or {}
        self._characters: dict[int, str] = {}

    @cached_property
    def _model(self) -> tuple[list[str], dict[str, int], Any, Any]:
        """Languages, n-gram -> row, log probabilities by row and language, log prior."""
        profiles = self._kept_profiles()
        langs, ngrams = profiles.langs, profiles.ngrams
        logs = np.full(len(ngrams) * len(langs), profiles.floor, dtype=np.float32)
        logs[np.frombuffer(profiles.cells, dtype=np.int32)] = np.frombuffer(profiles.logs, dtype=np.float32)
        prior = np.log(np.array([self._prior.get(_base(lang), 1.0) for lang in langs]))
        return langs, dict(zip(ngrams, range(len(ngrams)), strict=True)), logs.reshape(-1, len(langs)), prior

    def _kept_profiles(self) -> _Profiles:
        """The profiles from the last run where there are any; putting them together takes longer than reading them."""
        key = repr((software(), np.__version__, sys.byteorder, sorted(self._only or ())))
        content = usercache.get("detector", key)
        with suppress(msgspec.MsgspecError):
            if content is not None and (kept := msgspec.msgpack.decode(content, type=_Profiles)).is_sound:
                return kept
        found = self._profiles()
        usercache.put("detector", key, msgspec.msgpack.encode(found))
        return found

    def _profiles(self) -> _Profiles:
        folder = files("langdetect").joinpath("profiles")
        found = sorted(
            (
                p
                for p in folder.iterdir()
                if not p.name.startswith("_") and (not self._only or _base(p.name) in self._only)
            ),
            key=lambda p: p.name,
        )
        rows: dict[str, int] = {}
        cells: list[int] = []
        shares: list[float] = []
        for column, profile in enumerate(found):
            data = orjson.loads(profile.read_bytes())
            words = [w for w in data["freq"] if len(w) <= 3]
            totals = [0.0, *data["n_words"]]
            cells += [rows.setdefault(w, len(rows)) * len(found) + column for w in words]
            shares += [data["freq"][w] / totals[len(w)] for w in words]
        floor = np.float32(_SMOOTHING)
        logs = np.log(floor + np.array(shares, dtype=np.float32))
        return _Profiles(
            langs=[p.name for p in found],
            ngrams=list(rows),
            cells=np.array(cells, dtype=np.int32).tobytes(),
            logs=logs.tobytes(),
            floor=float(np.log(floor)),
        )

    @cached_property
    def _own_scripts(self) -> list[tuple[int, re.Pattern[str]]]:
        """The columns of languages whose script, by CLDR, has characters that a text must show."""
        likely = get_global("likely_subtags")
        scripts = [likely.get(_base(lang), "").split("_")[1:2] for lang in self._model[0]]
        return [(n, _SCRIPTS[s]) for n, own in enumerate(scripts) for s in own if s in _SCRIPTS]

    def detect(self, text: str) -> Guess:
        """The language of a text, `und` where it is too short or no language stands out.

        >>> LangDetect().detect("De betrekkingen tussen beide landen zijn goed.").lang
        'nl'
        """
        return self._guess(_sample(text, _SAMPLE))

    def _guess(self, sample: str) -> Guess:
        words = sample.translate(self._table(sample)).split()
        letters = sum(map(len, words))
        if letters < _MIN_LETTERS and letters < (_MIN_LETTERS // 3 if _WIDE.search(sample) else _MIN_LETTERS):
            return Guess(UNDECIDED, 0.0)
        langs, rows, logs, prior = self._model
        found = [row for row in map(rows.get, _grams(words)) if row is not None]
        if not found:
            return Guess(UNDECIDED, 0.0)
        evidence = logs.take(found, axis=0).sum(axis=0, dtype=np.float64) * min(1.0, _EVIDENCE / len(found)) + prior
        for column, script in self._own_scripts:
            if not script.search(sample):
                evidence[column] = -np.inf
        weights = np.exp(evidence - evidence.max())
        best = int(weights.argmax())
        score = round(float(weights[best] / weights.sum()), 4)
        return Guess(langs[best] if score >= _MIN_SCORE else UNDECIDED, score)

    def _table(self, sample: str) -> dict[int, str]:
        known = self._characters
        for character in set(sample):
            if ord(character) not in known:
                known[ord(character)] = NGram.normalize(character)
        return known


def _grams(words: Sequence[str]) -> Iterator[str]:
    """langdetect's n-grams: of one to three characters, across the edges of a word, none of a word in capitals.

    Those with a space in the middle come too; no profile has any.
    """
    text = f" {' '.join([word for word in words if not (len(word) > 1 and word[:2].isupper())])} "
    pairs = list(map(add, text, text[1:]))
    return chain(text, pairs, map(add, pairs, text[2:]))


def _base(profile: str) -> str:
    return profile.split("-")[0]


def _sample(text: str, size: int) -> str:
    """A bounded piece of a text that speaks for it: its beginning, or three places of a long one.

    A quarter of that where a character is a word or half of one, as in Chinese.
    """
    if len(_WIDE.findall(text, 0, 100)) > 20:
        size //= 4
    if len(text) > 4 * size:
        third = size // 3
        places = (0, len(text) // 3, 2 * len(text) // 3)
        text = " ".join(text[p : p + third + 40] for p in places)
    else:
        text = text[: size + 80]
    if _ADDRESS.search(text):
        text = _NOISE.sub(" ", text)
    text = text[:size]
    if text.isascii():
        return text
    text = NGram.normalize_vi(text)
    other = len(_NOT_LATIN.findall(text))
    return _LATIN.sub("", text) if other and len(_LATIN.findall(text)) * 2 < other else text


def segments(text: str, main: str, detector: Detector, known: Collection[str]) -> list[Segment]:
    """The stretches of a text in another language than its main one, with the main ones between them.

    Lines and quotations of some length are looked at; one goes its own way only where another language with
    patterns is all but certain. Mostly the answer is one segment: the whole text.
    """
    others: list[Segment] = []
    for start, end in _pieces(text):
        guess = detector.detect(text[start : min(end, start + _PARAGRAPH_SAMPLE)])
        if guess.lang not in (main, UNDECIDED) and guess.lang in known:
            whole = detector.detect(text[start:end])
            sure = whole.lang == guess.lang and whole.score >= _SEGMENT_SCORE
            if sure and not (others and others[-1].end > start):
                others.append(Segment(start, end, guess.lang))
    return _fill(others, main, len(text))


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    for line in _LINE.finditer(text):
        if line.end() - line.start() < _MIN_SEGMENT:
            continue
        quotes = [m.span(1) for m in _QUOTED.finditer(text, line.start(), line.end()) if m[1]]
        if quotes and sum(e - s for s, e in quotes) < 0.8 * (line.end() - line.start()):
            yield from quotes
        else:
            yield line.span()


def _fill(others: Sequence[Segment], main: str, length: int) -> list[Segment]:
    found: list[Segment] = []
    at = 0
    for segment in others:
        if segment.start > at:
            found.append(Segment(at, segment.start, main))
        found.append(segment)
        at = segment.end
    if at < length or not found:
        found.append(Segment(at, length, main))
    return found
