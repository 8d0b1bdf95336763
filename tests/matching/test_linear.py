"""Time grows with the length of a text and no faster, whatever the text: no page of spaces stops a run of a million.

Times are those of the process, the best of several, at a size and at four times that: linear work takes four times
as long then, quadratic work sixteen times.
"""

from __future__ import annotations

import ast
import importlib
import io
import pkgutil
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

import annotate
from annotate.matching.choose import settle
from annotate.matching.units import masked
from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.reading.decode import Source
from annotate.reading.formats import read_stdin
from annotate.records import Document
from annotate.rules import patterns
from annotate.rules.grammar import Label
from annotate.rules.matches import Match
from annotate.rules.yamltext import parse
from annotate.text.detect import LangDetect, segments
from annotate.text.tokenise import tokenise
from committed import ROOT

SOURCE = Path(annotate.__file__).parent
(PATTERNS,) = patterns.folders((), built_in=True)
LANGUAGES = sorted(path.parent.name for path in PATTERNS.glob("??/agreements.yaml"))

#: Four times the text may take so many times as long: caches that no longer fit and a busy machine make it more
#: than four. Times under so many seconds are too short to tell.
MOST, SHORT = 7.0, 0.01


def filled(piece: str, size: int) -> str:
    """A piece over and over, `size` characters of it."""
    return (piece * (size // len(piece) + 1))[:size]


def seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def growth(small: Callable[[], object], large: Callable[[], object], *, rounds: int = 5) -> float:
    """How many times as long the large work takes, each at its best; 0 where that is too short to tell."""
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        best = [min(known, seconds(work)) for known, work in zip(best, (small, large), strict=True)]
        if best[1] < SHORT or best[1] <= MOST * best[0]:
            break
    return 0.0 if best[1] < SHORT else best[1] / best[0]


# Regular expressions

#: Expressions that see no more than a bounded piece of any text, by module and name.
BOUNDED = {
    ("annotate.reading.webpage", "_CHARSET"): "the first 4,096 bytes of a page",
    ("annotate.export.cells", "_NEUTRALISED"): "a cell of a spreadsheet, 32,767 characters at most",
    ("annotate.export.cells", "_BEGINNING"): "a cell of a spreadsheet",
    ("annotate.export.cells", "_LINK"): "a cell of a spreadsheet",
    ("annotate.export.corrections", "_FIELD"): "a cell of a spreadsheet",
}

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "split")
_ALPHABET = "a Z7.\n-é年"
_CATEGORIES = {
    sre.CATEGORY_DIGIT: "7",
    sre.CATEGORY_NOT_DIGIT: "a",
    sre.CATEGORY_SPACE: " \n",
    sre.CATEGORY_NOT_SPACE: "a",
    sre.CATEGORY_WORD: "a7_",
    sre.CATEGORY_NOT_WORD: " .",
}
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)

Parsed = Sequence[tuple[Any, Any]]


@cache
def sources() -> dict[str, ast.Module]:
    return {str(path): ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SOURCE.rglob("*.py"))}


def in_modules() -> Iterator[tuple[str, re.Pattern[Any], frozenset[str]]]:
    """Every expression that a module holds, with the methods by which any module calls it."""
    for module in sorted(info.name for info in pkgutil.walk_packages(annotate.__path__, "annotate.")):
        if module.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(module)).items():
            held = value.values() if isinstance(value, dict) else [value]
            for expression in held:
                if isinstance(expression, re.Pattern) and (module, name) not in BOUNDED:
                    yield f"{module}.{name}", expression, methods(name)


def methods(name: str) -> frozenset[str]:
    """How an expression is called; `search` where that cannot be seen."""
    return frozenset(attributes()[name] & {*_METHODS}) or frozenset({"search"})


@cache
def attributes() -> dict[str, set[str]]:
    """What any module asks of a name: the attributes, by name."""
    found: dict[str, set[str]] = defaultdict(set)
    for node in (node for tree in sources().values() for node in ast.walk(tree)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found[node.value.id].add(node.attr)
    return found


def in_patterns() -> Iterator[tuple[str, re.Pattern[str], frozenset[str]]]:
    """Every `REGEX` of the pattern files; spaCy searches the text of a token with it."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(PATTERNS.rglob("*.yaml"))}
    for path, text in texts.items():
        content, _ = parse(text if "REGEX" in text else "")
        for number, expression in enumerate(dict.fromkeys(map(str, regexes(content)))):
            yield f"{path.relative_to(PATTERNS).as_posix()}-{number}", re.compile(expression), frozenset({"search"})


def regexes(content: Any) -> Iterator[Any]:
    if isinstance(content, dict):
        for key, part in content.items():
            if key == "REGEX":
                yield from part if isinstance(part, list) else [part]
            else:
                yield from regexes(part)
    elif isinstance(content, list):
        for part in content:
            yield from regexes(part)


def accepted(code: Any, argument: Any) -> list[str]:
    """Some characters that one item of an expression accepts; none where it is no character."""
    if code is sre.LITERAL:
        return [chr(argument)]
    if code is sre.NOT_LITERAL:
        return [c for c in _ALPHABET if ord(c) != argument][:3]
    if code is sre.ANY:
        return ["a"]
    if code is not sre.IN:
        return []
    members = [c for part in argument for c in _members(*part)]
    if argument[0][0] is not sre.NEGATE:
        return list(dict.fromkeys(members))
    ranges = [part[1] for part in argument if part[0] is sre.RANGE]
    return [c for c in _ALPHABET if c not in members and not any(a <= ord(c) <= b for a, b in ranges)][:3]


def _members(code: Any, argument: Any) -> str:
    if code is sre.LITERAL:
        return chr(argument)
    if code is sre.RANGE:
        return "".join(chr(point) for point in argument if not 0xD800 <= point < 0xE000)
    return _CATEGORIES.get(argument, "") if code is sre.CATEGORY else ""


def branches(code: Any, argument: Any) -> list[Parsed]:
    """The expressions inside an item: those of a group, a look-around, a choice or a repetition."""
    if code is sre.SUBPATTERN:
        return [argument[-1]]
    if code is sre.BRANCH:
        return list(argument[1])
    if code in _REPEATS:
        return [argument[2]]
    if code in (sre.ASSERT, sre.ASSERT_NOT):
        return [argument[1]]
    return [argument] if code is sre.ATOMIC_GROUP else []


def example(parsed: Parsed) -> str:
    """A short text that an expression takes, or nearly."""
    found = []
    for code, argument in parsed:
        if code in (sre.ASSERT, sre.ASSERT_NOT):
            continue
        inner = branches(code, argument)
        times = max(1, argument[0]) if code in _REPEATS else 1
        found.append((example(inner[0]) if inner else "".join(accepted(code, argument)[:1])) * times)
    return "".join(found)


def repeated(parsed: Parsed, before: str = "") -> Iterator[tuple[str, str]]:
    """What an expression takes again and again, with what has to stand before it."""
    for code, argument in parsed:
        for inner in branches(code, argument):
            yield from repeated(inner, before)
            if code in _REPEATS:
                yield before, example(inner)
                yield from ((before, c) for item in inner for c in islice(accepted(*item), 6))
        if code not in (sre.ASSERT, sre.ASSERT_NOT):
            before += example([(code, argument)])


def characters(parsed: Parsed) -> Iterator[str]:
    for code, argument in parsed:
        yield from islice(accepted(code, argument), 12)
        for inner in branches(code, argument):
            yield from characters(inner)


def built_for(expression: re.Pattern[Any]) -> Iterator[Callable[[int], str]]:
    """Texts on which an expression may go wrong: runs of what it takes, near misses, prefixes again and again."""
    source = expression.pattern
    parsed = _parser.parse(source.decode("latin-1") if isinstance(source, bytes) else source, expression.flags)
    singles = list(dict.fromkeys(characters(parsed)))
    whole = example(parsed)
    pieces = [*singles, *(a + b for a in singles[:8] for b in singles[:8] if a != b)]
    pieces += [whole[: 1 + k * len(whole) // 12] for k in range(12)]
    for piece in dict.fromkeys(filter(None, pieces)):
        yield lambda size, piece=piece: filled(piece, size)  # type: ignore[misc]
    for before, piece in dict.fromkeys(repeated(parsed)):
        if piece:
            for after in ("", "\0", "\n"):
                yield lambda size, b=before, p=piece, a=after: b + filled(p, size) + a  # type: ignore[misc]
            yield lambda size, b=before, p=piece: filled(f"{b}{p}{p}{p}", size)  # type: ignore[misc]
            yield lambda size, b=before, p=piece: filled(b or p, size // 2) + filled(p, size // 2)  # type: ignore[misc]


def run(expression: re.Pattern[Any], method: str, text: str) -> None:
    """Use an expression as the code does, to the end of the text."""
    given = text.encode("utf-8") if isinstance(expression.pattern, bytes) else text
    if method in ("match", "fullmatch", "search"):
        getattr(expression, method)(given)
    else:
        for _ in expression.finditer(given):
            pass


def worst(expression: re.Pattern[Any], called: Iterable[str]) -> str:
    """A text on which an expression takes more than linear time, empty where there is none."""
    for text in built_for(expression):
        for method in called:
            short = [used(expression, method, text(size)) for size in (8, 16, 24, 500)]
            small, large = (used(expression, method, text(size)) for size in (3_000, 12_000))
            if any(seconds(work) > 0.1 for work in short) or growth(small, large, rounds=3) > MOST:
                return f"{method} of {text(60)!r}"
    return ""


def used(expression: re.Pattern[Any], method: str, text: str) -> Callable[[], None]:
    return lambda: run(expression, method, text)


EXPRESSIONS = [*in_modules(), *in_patterns()]


@pytest.mark.parametrize(("expression", "called"), [pytest.param(e, c, id=name) for name, e, c in EXPRESSIONS])
def test_a_regular_expression_is_linear(expression: re.Pattern[Any], called: frozenset[str]) -> None:
    """No expression of a module or of a pattern file takes more than linear time on a text made against it."""
    assert worst(expression, sorted(called)) == ""


@pytest.mark.parametrize(
    "expression",
    [r"\d+x", r"(?:[ab]+\s*)+!", r"[«“]([^»\n]{120,})[»]", r"[\w.]+@\w+", r"a\s*b?\s*c", r"^(\w+\s?)*$"],
)
def test_an_expression_that_is_not_linear_is_found(expression: str) -> None:
    """The texts that are built do find an expression that takes quadratic or exponential time."""
    assert worst(re.compile(expression), ["search"])


# The parts that were once quadratic


def test_which_label_stays_is_linear() -> None:
    """`settle` looks at a match's neighbours only, not at all the matches behind it."""
    labels = {"DATE": Label("DATE", "date")}

    def matches(count: int) -> list[Match]:
        return [Match("r", "DATE", 0, n, n + 1, n, n + 1, 2 * n, 2 * n + 1, {}) for n in range(count)]

    few, many = matches(15_000), matches(60_000)
    assert growth(lambda: settle(few, labels), lambda: settle(many, labels)) <= MOST


@pytest.mark.parametrize("piece", ["a@", "www.", "http://", "a@b.c,", "@ "])
def test_addresses_are_linear(piece: str) -> None:
    """An address with a thousand signs of one is gone through once."""
    few, many = (tokenise(filled(piece, size)) for size in (15_000, 60_000))
    assert growth(lambda: masked(few), lambda: masked(many)) <= MOST


@pytest.mark.parametrize("piece", ["«", "„a ", '"', "“" + 130 * "a", "a\n", f"{130 * 'a'}\n"])
def test_segments_are_linear(piece: str) -> None:
    """Opening quotes that nothing closes are not each followed to the end of the line."""
    detector = LangDetect()
    few, many = filled(piece, 30_000), filled(piece, 120_000)
    segments(few, "nl", detector, ["nl"])
    assert growth(lambda: segments(few, "nl", detector, []), lambda: segments(many, "nl", detector, [])) <= MOST


def test_blank_lines_on_standard_input_are_linear() -> None:
    """Hundreds of thousands of blank lines before a text are not copied for each of them."""

    def read(lines: int) -> None:
        source = Source(io.BytesIO(b"\n" * lines), "", text_key="text", max_bytes=10**9)
        assert len(list(read_stdin(source))) == 1

    assert growth(lambda: read(100_000), lambda: read(400_000)) <= MOST


# The whole pipeline

NASTY = {
    "a word": "woord ",
    "a letter": "A",
    "capitals": "Ab ",
    "digits": "7",
    "wide digits": "１",
    "short numbers": "1 ",
    "groups": "000 ",
    "years": "2024 ",
    "years and hyphens": "2024-",
    "full stops": "1.",
    "commas": "1,",
    "slashes": "1/",
    "colons": "00:",
    "spaces": " ",
    "wide spaces": "\u3000",
    "brackets": "(",
    "pairs of brackets": ")(",
    "euros": "€",
    "euros and spaces": "€ ",
    "dollars": "$5 ",
    "per cent": "5% ",
    "addresses": "a@",
    "links": "http://",
    "links and spaces": "http:// ",
    "file numbers": "a-",
    "underscores": "a_",
    "telephones": "+1 ",
    "quotes never closed": "«",
    "words after quotes": "„woord ",
    "blank lines": "\n",
    "short lines": "1\n",
    "dates on lines": "3.5.2024\n",
    "marks": "e\u0301\u0323",
    "marks alone": "\u0301",
    "marks of direction": "\u200f",
    "characters": "年",
    "months and days": "3月5日",
    "full stops and spaces": ". ",
}


@cache
def pipeline(lang: str) -> Pipeline:
    """The pipeline of a language, warm; with detection where it is not named."""
    made = Pipeline(Options(lang=lang or None))
    made.annotate(Document("a", "In 2008, 3.5.2024: 5 € (the words that wake it up) 2 %.", "a"))
    return made


def annotating(lang: str, text: str) -> Callable[[], object]:
    return lambda: pipeline(lang).annotate(Document("a", text, "a"))


def lists(lang: str) -> dict[str, list[str]]:
    """The word lists of a language, each with its words as they may stand in a text."""
    engine = pipeline(lang).rulebook.engine(lang)
    assert engine is not None
    found = {name: [form.strip("*") for form in forms] for name, forms in sorted(engine.grammar.lists.items())}
    return {name: words for name, forms in found.items() if (words := [word for word in forms if word])}


@pytest.mark.slow
@pytest.mark.parametrize("lang", [*LANGUAGES, pytest.param("", id="detected")])
@pytest.mark.parametrize("piece", [pytest.param(piece, id=name) for name, piece in NASTY.items()])
def test_nasty_texts_are_linear(lang: str, piece: str) -> None:
    """A text of one thing over and over takes the pipeline time that grows with its length and no faster."""
    small, large = (annotating(lang, filled(piece, size)) for size in (8_000, 32_000))
    assert growth(small, large) <= MOST


#: Lists left out, by language: their first word, over and over without a mark of a clause, takes more than linear
#: time, as spaCy tries a pattern with several `*` from each trigger to each later word
#: (de/agreements/contract-with-sum, the rules of ja/agreements for names of Chinese characters).
KNOWN_SLOW = {"de": {"company_noun"}, "ja": {"agreement_not"}}


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
def test_trigger_words_again_and_again_are_linear(lang: str) -> None:
    """The same holds for the words of each list, one repeated, and for one word of every list."""
    first = {name: words[0] for name, words in lists(lang).items() if name not in KNOWN_SLOW.get(lang, ())}
    texts = {name: f"{word} " for name, word in first.items()}
    texts |= {f"{name}, glued": word for name, word in first.items()}
    slow = {}
    for name, piece in texts.items():
        small, large = (annotating(lang, filled(piece, size)) for size in (3_000, 12_000))
        if (times := growth(small, large)) > MOST:
            slow[name] = times
    assert slow == {}
    mixed = " ".join(first.values()) + " "
    assert growth(annotating(lang, filled(mixed, 10_000)), annotating(lang, filled(mixed, 40_000))) <= MOST


DUTCH = "De betrekkingen tussen beide landen zijn al lang goed, zei de minister gisteren tegen de verzamelde pers. "
VIETNAMESE = (
    "Quan hệ giữa hai nước đã phát triển rất tốt đẹp trong nhiều năm qua, bộ trưởng phát biểu hôm nay tại đây. "
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "piece", "size"),
    [
        pytest.param("nl", "In mei 2024\n" + "woord ander\n" * 40, 200_000, id="lines"),
        pytest.param("", f"{DUTCH}Zie www.a.nl voor meer.\n{VIETNAMESE}Xem www.b.vn.\n", 50_000, id="segments"),
    ],
)
def test_many_windows_are_linear(lang: str, piece: str, size: int) -> None:
    """Thousands of lines with a date here and there, or in two languages, each cost the same."""
    small, large = (annotating(lang, filled(piece, length)) for length in (size, 4 * size))
    small()
    assert growth(small, large, rounds=2) <= MOST


def test_many_agreements_on_one_line_are_linear() -> None:
    """Which agreement is meant, and who the two countries are, is not looked for in all of the text at each mention."""
    piece = "Het contract van 2,5 miljard euro van 18 januari 1950. "
    small, large = (annotating("nl", filled(piece, size)) for size in (20_000, 80_000))
    small()
    assert growth(small, large, rounds=2) <= MOST


@pytest.mark.parametrize("piece", ["$5 ", "7 pounds ", "a-"])
def test_many_of_one_thing_are_linear(piece: str) -> None:
    """Whose dollars they are, and whether pounds are money, is not asked of all other sums for each of them; nor is the
    rest of a line copied for each phrase that may begin in it."""
    small, large = (annotating("en", filled(piece, size)) for size in (6_000, 24_000))
    small()
    assert growth(small, large, rounds=2) <= MOST


@pytest.mark.slow
@pytest.mark.parametrize("lang", [*LANGUAGES, pytest.param("", id="detected")])
def test_one_dense_line_is_linear(lang: str) -> None:
    """Articles on one line, dense with spans, take no more time for a word than articles do."""
    folder = ROOT / "corpus" / (lang or "nl")
    articles = " ".join(" ".join(path.read_text(encoding="utf-8").split()) for path in sorted(folder.glob("*.txt")))
    small, large = (annotating(lang, filled(f"{articles} ", size)) for size in (40_000, 160_000))
    assert growth(small, large) <= MOST
    with_names = f"{articles} (WXYZ) WXYZ 2,5 € 3.5.2024 "
    small, large = (annotating(lang, filled(with_names, size)) for size in (40_000, 160_000))
    assert growth(small, large) <= MOST
