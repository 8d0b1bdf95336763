"""Stage `detect`: which language a text, or a paragraph of it, is written in.

The script comes first: Hangul is Korean, Chinese characters without kana are Chinese, and Georgian, which no profile
is offered for, is undecided. Between languages of one script decide langdetect's profiles and its naive Bayes, but
computed over all n-grams of a bounded sample at once instead of over seven random draws: the same text always gets
the same answer, in a fraction of the time. Common words tell neighbours apart that share most n-grams (Danish and
Norwegian). A few words with a date are told by the name of the month.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from math import log, prod
from operator import add
from typing import Any, Protocol

import numpy as np
from langdetect.utils.ngram import NGram

from annotate.records import Segment
from annotate.text import profiles
from annotate.text.profiles import LETTERS, Profiles
from annotate.text.scripts import LATIN, scripts_in

UNDECIDED = "und"

_SAMPLE = 300
_PARAGRAPH_SAMPLE = 48
#: A sample's evidence counts as that of at most so many n-grams and common words; without a bound every score is 1.
_EVIDENCE = 120
_COMMON = 12
#: How much likelier a word is in a language that has it among its common ones, as a logarithm.
_WEIGHT = 2.5
#: So few letters tell no language, but where a name of a month or day stands beside a number; those of scripts in
#: which a character is a word (`2024年5月3日`), or that one language alone is written in, tell more.
_MIN_LETTERS = 12
_MIN_CHARACTERS = 2
#: So many letters outside of names are enough to leave names out of the evidence.
_ENOUGH = 12
_MIN_SCORE = 0.7
#: Languages that are less likely than this are not looked at, or not told.
_TRACE, _TOLD = 0.0001, 0.01
#: A line of so many characters is looked at for its language, and a shorter one that ends as a sentence does; a
#: character of Chinese or Korean counts as three.
_MIN_SEGMENT = 120
_MIN_SENTENCE = 60
_CHARACTER = 3
_SENTENCE = re.compile(r"[.!?。！？]\W*$")
_SEGMENT_SCORE = 0.95
#: So many paragraphs of an undecided text are looked at.
_LOOKED_AT = 40
_NOISE = re.compile(r"(?:https?://|www\.)\S+|(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+")
_ADDRESS = re.compile(r"://|www\.|@")
_LATIN = re.compile(r"[A-Za-z]")
_DIGIT = re.compile(r"\d")
_WIDE = re.compile(r"[\u2e80-\uffff]")
#: A quotation of some length in group 1; or one that is shorter or never closed, passed over as a whole, as else
#: each of a million opening quotes would be followed to the end of its line.
_QUOTED = re.compile(r"[“„«\"「『](?:([^”»\"」』\n]{120,})[”“»\"」』]|[^”»\"」』\n]*)")
_LINE = re.compile(r"[^\n]+")


@dataclass(frozen=True, slots=True)
class Guess:
    """A language (ISO 639-1, `und` where undecided) with its posterior probability."""

    lang: str
    score: float


class Detector(Protocol):
    """Anything that can tell a language; name another in the pipeline's settings."""

    name: str

    def detect(self, text: str) -> Guess:
        """The language of a text."""
        ...

    def likely(self, text: str, count: int = 3) -> list[Guess]:
        """The likeliest languages of a text, however little tells them."""
        ...


class LangDetect:
    """langdetect's profiles, evaluated exactly, among the languages of the text's script.

    `only` limits the candidates; `prior` weighs languages against each other before any text is seen (Dutch is
    a thousand times as common in the news as Afrikaans, and short sentences of the two look alike).
    """

    name = "langdetect"

    def __init__(self, only: Collection[str] | None = None, prior: Mapping[str, float] | None = None) -> None:
        self._only = only
        self._prior = prior or {}

    @cached_property
    def _profiles(self) -> Profiles:
        return profiles.load(self._only)

    @cached_property
    def _log_prior(self) -> Any:
        return np.log(np.array([self._prior.get(lang, 1.0) for lang in self._profiles.bases]))

    def detect(self, text: str) -> Guess:
        """The language of a text, `und` where it is too short or no language stands out.

        >>> LangDetect().detect("De betrekkingen tussen beide landen zijn goed.").lang
        'nl'
        >>> LangDetect().detect("3 maart 2024").lang
        'nl'
        """
        ranked = self._ranked(*_sampled(text))
        best, score = ranked[0] if ranked else (UNDECIDED, 0.0)
        return Guess(best if score >= _MIN_SCORE else UNDECIDED, score)

    def likely(self, text: str, count: int = 3) -> list[Guess]:
        """The likeliest languages of a text, also of one too short to be told, the likeliest first.

        >>> detector = LangDetect(only={"de", "en", "nl"})
        >>> detector.detect("3 September 2024").lang, [guess.lang for guess in detector.likely("3 September 2024")]
        ('und', ['de', 'en'])
        """
        sampled = _sampled(text)
        ranked = self._ranked(*sampled) or self._ranked(*sampled, least=1)
        return [Guess(lang, score) for lang, score in ranked[:count] if score >= _TOLD]

    def _ranked(
        self, sample: str, words: Sequence[str], scripts: Mapping[str, int], *, least: int = _MIN_LETTERS
    ) -> list[tuple[str, float]]:
        """The languages that a sample may be in with their posterior probabilities; none where it is too short."""
        columns = self._profiles.written_in(scripts)
        letters = sum(map(len, words))
        if letters >= _MIN_CHARACTERS and (_WIDE.search(sample) or len(columns) == 1 < len(self._profiles.names)):
            least = _MIN_CHARACTERS
        if letters >= least:
            return self._shares(columns, lambda: self._evidence(words))
        dated = self._dated(words) if _DIGIT.search(sample) else {}
        return self._shares(
            [column for column in columns if column in dated], lambda: self._evidence_of_date(words, dated)
        )

    def _shares(self, columns: Sequence[int], weigh: Callable[[], Any]) -> list[tuple[str, float]]:
        """The languages of these columns with their share of the evidence, variants together; the likeliest first."""
        known = self._profiles
        if len(columns) < 2:
            return [(known.names[column], 1.0) for column in columns]
        evidence = weigh().take(columns)
        weights = np.exp(evidence - evidence.max())
        weights /= weights.sum()
        told = [(weights.item(place), columns[place]) for place in np.flatnonzero(weights > _TRACE).tolist()]
        ranked: dict[str, tuple[float, str]] = {}
        for weight, column in sorted(told, reverse=True):
            whole, name = ranked.get(known.bases[column], (0.0, known.names[column]))
            ranked[known.bases[column]] = (whole + weight, name)
        scored = ((-round(weight, 4), name) for weight, name in ranked.values())
        return [(name, -weight) for weight, name in sorted(scored)]

    def _dated(self, words: Sequence[str]) -> dict[int, float]:
        """How likely the names of months and days of a text are in the languages that have all of them."""
        dates = self._profiles.dates
        found = [dates.get(word) or dates.get(word.lower()) or dates.get(word.title()) for word in words]
        names = [columns for columns in found if columns]
        shared = set.intersection(*map(set, names)) if names else set()
        return {column: prod(columns[column] for columns in names) for column in shared}

    def _evidence_of_date(self, words: Sequence[str], dated: Mapping[int, float]) -> Any:
        """The same for a few words with a date, whose n-grams are too few to say anything."""
        evidence = self._evidence_of_common(words)
        for column, likely in dated.items():
            evidence[column] += log(likely)
        return evidence

    def _evidence(self, words: Sequence[str]) -> Any:
        """The log likelihood of each language, with its prior."""
        known = self._profiles
        evidence = self._evidence_of_common(words)
        grams = [row for row in map(known.rows.get, _grams(_telling(words))) if row is not None]
        if grams:
            summed = known.logs.take(grams, axis=0).sum(axis=0, dtype=np.float64)
            evidence += summed * min(1.0, _EVIDENCE / len(grams))
        return evidence

    def _evidence_of_common(self, words: Sequence[str]) -> Any:
        """What the common words among these say for each language, with its prior."""
        known = self._profiles
        common = [row for row in map(known.common.get, map(str.lower, words)) if row is not None]
        if not common:
            return self._log_prior.copy()
        counted = np.add.reduce(known.listed.take(common, axis=0), axis=0)
        return self._log_prior + counted * (_WEIGHT * min(1.0, _COMMON / len(common)))


def _sampled(text: str) -> tuple[str, list[str], Mapping[str, int]]:
    """A bounded piece of a text that speaks for it, its words as the profiles have them, and their scripts."""
    sample = _sample(text, _SAMPLE)
    words = sample.translate(LETTERS).split()
    scripts = scripts_in(words)
    if len(scripts) > 1 and max(scripts, key=scripts.__getitem__) != LATIN:
        words = _LATIN.sub("", " ".join(words)).split()
    return sample, words, scripts


def _telling(words: Sequence[str]) -> Sequence[str]:
    """The words that tell a language: without names where enough remains, else all of them in small letters.

    A heading may be set in capitals, or have one in each word.
    """
    plain = [word for word in words if not word[0].isupper()]
    return plain if sum(map(len, plain)) >= _ENOUGH else [word.lower() for word in words]


def _grams(words: Sequence[str]) -> Iterator[str]:
    """langdetect's n-grams: of one to three characters, across the edges of a word.

    Those with a space in the middle come too; no profile has any.
    """
    text = f" {' '.join(words)} "
    pairs = list(map(add, text, text[1:]))
    return chain(text, pairs, map(add, pairs, text[2:]))


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
    return text if text.isascii() else str(NGram.normalize_vi(text))


def mostly(text: str, detector: Detector) -> Guess:
    """The language that most of a text's paragraphs are in, for one that is undecided as a whole."""
    shares: Counter[str] = Counter()
    for start, end in islice(_pieces(text), _LOOKED_AT):
        guess = detector.detect(text[start:end])
        if guess.lang != UNDECIDED and guess.score >= _SEGMENT_SCORE:
            shares[guess.lang] += end - start
    if not shares:
        return Guess(UNDECIDED, 0.0)
    lang, most = shares.most_common(1)[0]
    return Guess(lang, round(most / shares.total(), 4))


def segments(text: str, main: str, detector: Detector, known: Collection[str]) -> list[Segment]:
    """The stretches of a text in another language than its main one, with the main ones between them.

    Paragraphs and quotations of some length are looked at; one goes its own way only where another language with
    patterns is all but certain. Mostly the answer is one segment: the whole text.
    """
    others: list[Segment] = []
    for start, end in _pieces(text):
        guess = detector.detect(text[start : min(end, start + _PARAGRAPH_SAMPLE)])
        lang = profiles.base(guess.lang)
        if lang not in (main, UNDECIDED) and lang in known:
            whole = detector.detect(text[start:end])
            sure = profiles.base(whole.lang) == lang and whole.score >= _SEGMENT_SCORE
            if sure and not (others and others[-1].end > start):
                others.append(Segment(start, end, lang))
    return _fill(others, main, len(text))


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Lines long enough to tell a language, and shorter ones that are a sentence; or the long quotations in one."""
    wide = not text.isascii() and _WIDE.search(text) is not None
    for line in _LINE.finditer(text):
        start, end = line.span()
        length = end - start
        if length < _MIN_SENTENCE // (_CHARACTER if wide else 1):
            continue
        if wide and 4 * len(_WIDE.findall(text, start, start + 40)) > min(length, 40):
            length *= _CHARACTER
        if length < _MIN_SEGMENT and (length < _MIN_SENTENCE or not _SENTENCE.search(text, end - 3, end)):
            continue
        quotes = [m.span(1) for m in _QUOTED.finditer(text, start, end) if m[1]]
        if quotes and sum(e - s for s, e in quotes) < 0.8 * (end - start):
            yield from quotes
        else:
            yield start, end


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
