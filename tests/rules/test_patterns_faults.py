"""What an author can get wrong in a pattern file: each gives path, line, column and what would be valid."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from annotate.quality.cases import check
from annotate.rules.patterns import BUILT_IN, Fault, PatternError, compile_language, folders, languages, load
from annotate.rules.patterns import unread as unread_files


@dataclass(frozen=True)
class Mistake:
    """A pattern file with one mistake: where it is told, and what the message holds."""

    name: str
    content: str
    line: int
    column: int
    message: tuple[str, ...]

    @property
    def data(self) -> bytes:
        return self.content.encode("latin-1" if self.name == "not-utf8" else "utf-8")


HEAD = "label: SHIP\nrules:\n"
RULE = HEAD + "  - id: ship\n    pattern: [{LOWER: mv}, {IS_TITLE: yes, slot: name}]\n"


def mistake(name: str, content: str, place: tuple[int, int], *message: str) -> Mistake:
    return Mistake(name, content, *place, message)


MISTAKES = [
    # --- keys and names
    mistake("unknown-key", "label: SHIP\nrulez: []\n", (2, 1), "'rulez'", "did you mean 'rules'?", "known: "),
    mistake("unknown-rule-key", RULE + "    patern: []\n", (5, 5), "'patern'", "did you mean 'pattern'?"),
    mistake("unknown-token-key", HEAD + "  - id: a\n    pattern: [{lst: month}]\n", (4, 16), "'lst'", "list"),
    mistake("unknown-example-key", RULE + "    rejects:\n      - {txt: Geen}\n", (6, 10), "'txt'", "known: date"),
    mistake(
        "unknown-list",
        HEAD + "  - id: a\n    pattern: [{list: mois}]\n",
        (4, 22),
        "'mois' names no word list",
        "month",
    ),
    mistake("unknown-kind", HEAD + "  - id: a\n    pattern: [{kind: yaer}]\n", (4, 22), "'yaer' is no", "'year'?"),
    mistake("unknown-rule", HEAD + "  - id: a\n    pattern: [{rule: sums}]\n", (4, 22), "'sums'", "'sum'?"),
    mistake(
        "unknown-in-unless",
        HEAD + "  - id: a\n    pattern: [{LOWER: mv, unless: mnth}]\n",
        (4, 35),
        "'mnth'",
        "month",
    ),
    mistake("unknown-label", RULE + "    label: SHOP\n", (3, 5), "'SHOP' is no label", "'SHIP'?", "MONEY"),
    mistake("unknown-resolver", "label: SHIP\nvalue: slot\n", (2, 8), "'slot'", "'slots'?", "money"),
    mistake("spelling-pairs", "settings: {spelling: abc}\n", (1, 22), "no pairs of letters"),
    mistake("unknown-setting", "settings:\n  decimals: ','\n", (2, 3), "'decimals'", "'decimal'?", "space_groups"),
    mistake("unknown-attribute", HEAD + "  - id: a\n    pattern: [{LOWR: x}]\n", (4, 16), "'LOWR'", "'LOWER'?"),
    mistake("needs-model", HEAD + "  - id: a\n    pattern: [{POS: NOUN}]\n", (4, 16), "trained", "known: "),
    mistake(
        "unknown-predicate",
        HEAD + "  - id: a\n    pattern: [{LOWER: {INN: [a]}}]\n",
        (4, 24),
        "'INN'",
        "'IN'?",
    ),
    mistake("unknown-quantifier", HEAD + "  - id: a\n    pattern: [{LOWER: x, OP: '1?'}]\n", (4, 30), "?, *, +"),
    mistake("unknown-lacks", "lacks: [mois]\n", (1, 9), "'mois' names no word list", "month"),
    mistake("unknown-without-rule", "without_rules: [dates/yaer]\n", (1, 17), "'dates/yaer'", "dates/year"),
    mistake("unknown-case-rule", "examples:\n  nl/none: ['[mv](x=y)']\n", (2, 3), "'nl/none' names no rule"),
    # --- lists, their names and keys
    mistake(
        "misspelt-list", "lists:\n  curency: {EUR: [eurootje]}\n", (2, 3), "'curency' is a list that no", "'currency'"
    ),
    mistake("misspelt-without", "without: {moth: [mei]}\n", (1, 11), "'moth' names no word list", "'month'"),
    mistake("scale", "lists:\n  scale: {duizend: [dzd]}\n", (2, 11), "list scale: 'duizend'", "numbers above zero"),
    mistake("scale-zero", "lists:\n  scale: {'0': [dzd]}\n", (2, 11), "'0'", "numbers above zero"),
    mistake("cardinal", "lists:\n  cardinal: {one: [ene]}\n", (2, 14), "list cardinal: 'one'", "numbers, such as 20"),
    mistake("currency", "lists:\n  currency: {EURO: [piek]}\n", (2, 14), "list currency: 'EURO'", "ISO 4217"),
    mistake("candidates", "lists:\n  currency: {EUR|EURO: [piek]}\n", (2, 14), "'EUR|EURO'", "USD*|AUD"),
    mistake("two-usual", "lists:\n  currency: {EUR*|USD*: [piek]}\n", (2, 14), "'EUR*|USD*'", "USD*|AUD"),
    mistake("kind", "lists:\n  agreement_head: {pakt: [pakt]}\n", (2, 20), "'pakt'", "known: agreement,"),
    mistake("level", "lists:\n  level: {Strategic: [slim]}\n", (2, 11), "'Strategic'", "lower case"),
    mistake("status", "lists:\n  agreement_verb: {sined: [tekende]}\n", (2, 20), "'sined'", "did you mean 'signed'"),
    mistake("month-13", "lists:\n  month: {'13': [dertiende]}\n", (2, 11), "'13'", "from 1 to 12"),
    mistake("month-01", "lists:\n  month: {'01': [louwmaand]}\n", (2, 11), "'01'", "from 1 to 12"),
    mistake("no-key", "lists:\n  month: [louwmaand]\n", (2, 3), "list month: a word without a key", "from 1 to 12"),
    mistake("no-keys-here", "lists:\n  article: {x: [de]}\n", (2, 13), "list article: 'x'", "a plain list of words"),
    mistake("period", "lists:\n  period: {yaer: [jaargang]}\n", (2, 12), "'yaer'", "did you mean 'year'"),
    mistake("shift", "lists:\n  relative: {day: [heden]}\n", (2, 14), "'day'", "day:-1"),
    mistake("rate", "lists:\n  per: {half: [per semester]}\n", (2, 9), "'half'", "'half_year'"),
    mistake(
        "own-keys",
        "describe:\n  hull: {text: hulls, keys: [wood, steel]}\nlists:\n  hull: {stel: [staal]}\n",
        (4, 10),
        "list hull: 'stel'",
        "'steel'",
    ),
    mistake(
        "own-range",
        "describe:\n  deck: {text: decks, keys: 1..9}\nlists:\n  deck: {'10': [brug]}\n",
        (4, 10),
        "from 1 to 9",
    ),
    mistake(
        "unknown-keys",
        "describe:\n  hull: {text: hulls, keys: colour}\n",
        (2, 29),
        "'colour' says nothing of keys",
        "1..12",
    ),
    mistake("keys-none-said", "describe:\n  hull: {keys: none}\n", (2, 9), "a description needs 'text'"),
    mistake(
        "own-list-in-a-slot",
        "label: DATE\nlists:\n  moon: {May: [maan]}\nrules:\n  - id: a\n    pattern: [{list: moon, slot: month}]\n",
        (3, 10),
        "list moon, which fills slot month: 'May'",
        "whole numbers",
    ),
    mistake(
        "value-of-a-slot",
        "label: DATE\nrules:\n  - id: a\n    pattern: [{LOWER: x}]\n    set: {mod: STRAT}\n",
        (5, 16),
        "slot mod: 'STRAT'",
        "'START'",
    ),
    mistake(
        "kind-of-a-name",
        "names:\n  agreement:\n    - {id: a, name: Ever, kind: traety}\n",
        (3, 33),
        "'traety'",
        "'treaty'",
    ),
    # --- twice
    mistake("duplicate-key", "label: SHIP\nlabel: BOAT\n", (2, 1), "duplicate key 'label'", "line 1"),
    mistake(
        "duplicate-id",
        RULE + "  - id: ship\n    pattern: [{LOWER: x}]\n",
        (5, 9),
        "duplicate id 'ship'",
        ":3",
    ),
    mistake(
        "duplicate-name",
        "names:\n  ship:\n    - {id: a, name: Ever Given}\n    - {id: a, name: Ever Ace}\n",
        (4, 12),
        "duplicate id 'a'",
    ),
    # --- patterns that cannot be
    mistake(
        "bad-regex",
        HEAD + "  - id: a\n    pattern: [{TEXT: {REGEX: '(mv'}}]\n",
        (4, 30),
        "'(mv'",
        "unterminated subpattern",
    ),
    mistake("all-optional", HEAD + "  - id: a\n    pattern: [{LOWER: x, OP: '?'}]\n", (4, 14), "optional"),
    mistake("all-outside", HEAD + "  - id: a\n    pattern: [{LOWER: x, outside: yes}]\n", (4, 14), "empty"),
    mistake("no-id", HEAD + "  - pattern: [{LOWER: x}]\n", (3, 5), "needs 'id'"),
    mistake("odd-id", HEAD + "  - id: My Rule\n    pattern: [{LOWER: x}]\n", (3, 9), "'My Rule'", "hyphens"),
    mistake(
        "circle",
        "rules:\n  - {id: a, label: none, pattern: [{rule: b}], gives: [a]}\n"
        "  - {id: b, label: none, pattern: [{rule: a}], gives: [b]}\n",
        (2, 6),
        "circle: nl/circle/a -> nl/circle/b -> nl/circle/a",
    ),
    # --- wrong types
    mistake("rules-no-list", "rules: {a: b}\n", (1, 8), "rules must be a list"),
    mistake("rule-no-mapping", "rules: [a]\n", (1, 9), "a rule must be a mapping"),
    mistake("token-no-mapping", HEAD + "  - id: a\n    pattern: [mv]\n", (4, 15), "{LOWER: van}"),
    mistake("id-no-word", HEAD + "  - id: [a]\n    pattern: [{LOWER: x}]\n", (3, 9), "plain word, not a list"),
    mistake("slot-no-word", HEAD + "  - id: a\n    pattern: [{LOWER: x, slot: [y]}]\n", (4, 32), "plain word"),
    mistake("in-no-list", HEAD + "  - id: a\n    pattern: [{LOWER: {IN: a}}]\n", (4, 28), "IN must be a list"),
    mistake("priority", RULE + "    priority: high\n", (5, 15), "priority must be a whole number"),
    mistake("empty-names", HEAD + "  - id: a\n    pattern: [{list: []}]\n", (4, 22), "names nothing"),
    mistake("list-of-lists", "lists:\n  hull: [[romp]]\n", (2, 10), "plain words"),
    mistake("empty-word", "lists:\n  hull: [romp, '']\n", (2, 16), "'' is no word"),
    mistake("behind-an-empty-word", RULE + "    rejects: ['', {txt: Geen}]\n", (5, 20), "'txt' in an example"),
    mistake("top-no-mapping", "- label: SHIP\n", (1, 1), "a pattern file is a mapping", "known: "),
    mistake("top-no-mapping-lower", "# Ships.\n\n- SHIP\n", (3, 1), "a pattern file is a mapping"),
    mistake("top-a-word", "SHIP\n", (1, 1), "a pattern file is a mapping"),
    mistake("value-a-list", "label: SHIP\nvalue: [slots]\n", (2, 8), "plain word, not a list"),
    mistake("lists-no-mapping", "lists: romp\n", (1, 8), "lists must be a mapping"),
    mistake("name-without-id", "names:\n  ship:\n    - {name: Ever Given}\n", (3, 7), "a name needs 'id'"),
    mistake("name-empty-id", "names:\n  ship:\n    - {id: '', name: Ever Given}\n", (3, 12), "id must not be empty"),
    mistake("flag", HEAD + "  - id: a\n    pattern: [{IS_TITLE: maybe}]\n", (4, 26), "'maybe'", "true"),
    mistake("flag-predicate", HEAD + "  - id: a\n    pattern: [{IS_TITLE: {IN: [yes]}}]\n", (4, 26), "plain word"),
    mistake("length", HEAD + "  - id: a\n    pattern: [{LENGTH: {'>=': x}}]\n", (4, 31), ">= must be a whole number"),
    mistake(
        "kind-with-value", HEAD + "  - id: a\n    pattern: [{kind: month.5}]\n", (4, 22), "'month.5' is no built-in"
    ),
    mistake(
        "rule-with-value", HEAD + "  - id: a\n    pattern: [{rule: month.5}]\n", (4, 22), "'month.5' names no rule"
    ),
    mistake("emit", "label: SHIP\nvalue: slots\nemit: maybe\n", (3, 7), "emit is yes or no, not 'maybe'"),
    # --- examples
    mistake("unmarked", RULE + "    examples:\n      - De MV Ada vaart.\n", (6, 9), "marks its span and value"),
    mistake("bad-mark", RULE + "    examples:\n      - De [MV [Ada]](name=Ada).\n", (6, 9), "[words](value)"),
    mistake("bad-day", RULE + "    rejects:\n      - {text: x, date: 2024-02-31}\n", (6, 25), "'2024-02-31'"),
    mistake("bad-region", RULE + "    rejects:\n      - {text: x, region: NLD}\n", (6, 27), "'NLD'", "NL"),
    mistake("no-language", RULE + "    examples:\n      text: [x]\n", (6, 7), "'text' is no language"),
    mistake(
        "no-match",
        RULE + "    examples:\n      - De [SS Ada](name=Ada) vaart.\n",
        (6, 9),
        "[SS Ada] is not found",
        "token 1 wants LOWER mv",
    ),
    mistake(
        "wrong-value",
        RULE + "    examples:\n      - De [MV Ada](name=Eva) vaart.\n",
        (6, 9),
        "name is Ada, not Eva",
        "it is (name=Ada)",
    ),
    mistake(
        "wrong-span",
        RULE + "    examples:\n      - De MV [Ada](name=Ada) vaart.\n",
        (6, 9),
        "'MV Ada' is, as SHIP",
        "[MV Ada](name=Ada) is found too",
    ),
    mistake(
        "other-rule",
        RULE + "  - id: boat\n    pattern: [{LOWER: boot}]\n    examples:\n      - De [MV Ada]() vaart.\n",
        (8, 9),
        "by nl/other-rule/ship, not by nl/other-rule/boat",
    ),
    mistake(
        "unread-value",
        "label: DATE\nexamples:\n  - Op [18 januari 1950](18-01-50).\n",
        (3, 5),
        "'18-01-50' is no date",
        "2024-12-06",
    ),
    mistake(
        "wrong-date",
        "label: DATE\nexamples:\n  - Op [18 januari 1950](1950-01-19).\n",
        (3, 5),
        "timex is 1950-01-18, not 1950-01-19",
    ),
    mistake(
        "failed-reject",
        RULE + "    rejects:\n      - De MV Ada vaart.\n",
        (6, 9),
        "[MV Ada](name=Ada) is found",
    ),
    # --- files that cannot be read
    mistake("no-yaml", "label: 'SHIP\n", (2, 1), "not valid YAML"),
    mistake("colon", "label: a: b\n", (1, 9), "not valid YAML", "in quotes"),
    mistake("tabs", "lists:\n\thull: [romp]\n", (2, 1), "tab", "indent with spaces"),
    mistake("two-documents", "label: SHIP\n---\nlabel: BOAT\n", (2, 1), "another document"),
    mistake("control-character", "label: SH\x01IP\n", (1, 10), "U+0001", "remove it"),
    mistake("control-character-after-accents", "label: ÉÉÉ\x01\n", (1, 11), "U+0001", "remove it"),
    mistake("not-utf8", "# één\nlabel: SHIP\n", (1, 3), "not UTF-8"),
    mistake(
        "alias-bomb",
        "lists:\n  a: &a [x, x]\n  b: &b [*a, *a, *a, *a]\n  c: &c [*b, *b, *b, *b]\n  d: [*c, *c, *c, *c]\n",
        (3, 10),
        "alias '*a'",
        "write the value out",
    ),
    mistake("deep", "lists: " + "[" * 100_000, (1, 47), "deep"),
]

NAMES = [one.name for one in MISTAKES]


def write(folder: Path, *mistakes: Mistake) -> Path:
    """A folder of patterns with a Dutch file for each mistake."""
    (folder / "nl").mkdir(parents=True)
    for one in mistakes:
        (folder / "nl" / f"{one.name}.yaml").write_bytes(one.data)
    return folder


def faults_in(root: Path) -> list[Fault]:
    """All faults of a folder laid over the built-in patterns, those of its examples too."""
    own = {path.as_posix() for path in root.rglob("*.yaml")}
    return [fault for fault in check(["nl"], folders([root]), own) if fault.path in own]


@pytest.mark.parametrize("one", MISTAKES, ids=NAMES)
def test_a_mistake_is_told_with_its_place(one: Mistake, tmp_path: Path) -> None:
    """Each mistake gives its own path, line and column, and says what would be valid."""
    root = write(tmp_path / "own", one)
    path = (root / "nl" / f"{one.name}.yaml").as_posix()
    faults = faults_in(root)
    told = [fault for fault in faults if (fault.path, fault.line, fault.column) == (path, one.line, one.column)]
    assert told, [str(fault) for fault in faults]
    for part in one.message:
        assert part in told[0].message
    assert re.match(rf"{re.escape(path)}:\d+:\d+: \S", str(told[0]))


def test_all_mistakes_come_out_in_one_run(tmp_path: Path) -> None:
    """One run tells the mistakes of all files, whatever else is wrong beside them."""
    apart = ("circle", "own-keys", "own-range", "unknown-keys", "keys-none-said", "own-list-in-a-slot")
    separate = [one for one in MISTAKES if one.name not in apart]
    root = write(tmp_path / "own", *separate)
    told = {Path(fault.path).stem for fault in faults_in(root)}
    assert told == {one.name for one in separate}


def test_one_run_tells_faults_of_files_and_of_examples(tmp_path: Path) -> None:
    """A file's own faults do not hide an example that does not hold in the same file."""
    content = (
        HEAD
        + "  - id: broken\n    pattern: [{lst: month}]\n"
        + "  - id: ship\n    pattern: [{LOWER: mv}, {IS_TITLE: yes, slot: name}]\n"
        + "    examples:\n      - De [MV Ada](name=Eva) vaart.\n"
    )
    root = write(tmp_path / "own", mistake("both", content, (4, 16)))
    assert [(fault.line, fault.column) for fault in faults_in(root)] == [(4, 16), (8, 9)]


def test_a_rule_without_words_fails_its_examples(tmp_path: Path) -> None:
    """A rule that falls away because the language has no words for it takes no example with it unseen."""
    content = "describe: {gone: no words}\n" + HEAD + "  - id: ship\n    pattern: [{list: gone}]\n"
    content += "    examples:\n      - De [MV Ada]() vaart.\n"
    faults = faults_in(write(tmp_path / "own", mistake("idle", content, (7, 9))))
    assert [(fault.line, "is not in use" in fault.message) for fault in faults] == [(7, True)]


def test_a_file_in_the_wrong_place_is_told(tmp_path: Path) -> None:
    """A file that no language would ever read is a fault, not silence."""
    for name in ("Nederlands/a.yaml", "nl/a.yml", "nl/deeper/a.yaml"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("label: SHIP\n")
    told = {fault.path.removeprefix(f"{tmp_path.as_posix()}/") for fault in unread_files([tmp_path])}
    assert told == {"Nederlands/a.yaml", "nl/a.yml", "nl/deeper/a.yaml"}


def test_built_in_files_are_all_read() -> None:
    """Every built-in pattern file is read by some language."""
    assert unread_files(folders()) == []


def test_built_in_paths_are_short(tmp_path: Path) -> None:
    """Messages name built-in files from `patterns/` on, and a user's own as the user named the folder."""
    root = write(tmp_path / "own", mistake("colon", "label: a: b\n", (1, 9)))
    grammar, faults = compile_language("nl", folders([root]))
    assert {fault.path for fault in faults} == {(root / "nl" / "colon.yaml").as_posix()}
    assert all(rule.place.startswith("patterns/") for rule in grammar.rules.values())


def test_load_raises_all_faults(tmp_path: Path) -> None:
    """`load` raises one error that holds every fault, in the order of files and lines."""
    chosen = [one for one in MISTAKES if one.name in ("unknown-key", "tabs", "duplicate-key")]
    with pytest.raises(PatternError) as told:
        load("nl", folders([write(tmp_path / "own", *chosen)]))
    assert [Path(fault.path).stem for fault in told.value.faults] == ["duplicate-key", "tabs", "unknown-key"]
    assert str(told.value).count("\n") == 2


def test_a_fault_stops_a_run_before_anything_is_read(tmp_path: Path) -> None:
    """`annotate run` tells all faults, examples included, reads no article and writes nothing."""
    chosen = [one for one in MISTAKES if one.name in ("unknown-list", "wrong-value")]
    root = write(tmp_path / "own", *chosen)
    arguments = ["run", "-", "-o", str(tmp_path / "out"), "--patterns", str(root), "--lang", "nl"]
    with subprocess.Popen(
        [sys.executable, "-m", "annotate.cli", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        told = process.stderr.read()  # the article never comes: it must not be waited for
        assert process.wait(timeout=60) == 2
    assert "unknown-list.yaml:4:22: 'mois'" in told
    assert "wrong-value.yaml:6:9: example" in told
    assert "Traceback" not in told
    assert not (tmp_path / "out").exists()


def test_words_stay_words(tmp_path: Path) -> None:
    """`no`, `010` and `12:30` are words, not False, 8 and 750 as in YAML 1.1."""
    content = "label: WORD\nlists:\n  word: [no, 010, 12:30, on, null]\n"
    content += "rules:\n  - id: word\n    pattern: [{list: word}]\n"
    root = write(tmp_path / "own", mistake("words", content, (1, 1)))
    grammar, faults = compile_language("nl", [root])
    assert faults == []
    assert set(grammar.lists["word"]) == {"no", "010", "12:30", "on", "null"}


def test_folders_that_are_no_language_are_none(tmp_path: Path) -> None:
    """Hidden folders and caches below a folder of patterns are no languages."""
    for name in (".git", "__pycache__", "shared", "nl"):
        (tmp_path / name).mkdir()
    assert languages([tmp_path]) == ["nl"]
    assert BUILT_IN.is_dir()
