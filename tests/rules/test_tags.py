"""Languages and regions as people name them become BCP 47, and nothing else passes."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from annotate.records import FieldError
from annotate.rules import tags
from annotate.rules.patterns import BUILT_IN, files_of, fingerprint, load
from annotate.rules.tags import language_tag, region_code

#: The ISO 639-2 codes of which there are two, bibliographic and terminological, and the 639-1 code.
TWO_CODES = (
    "alb sqi sq, arm hye hy, baq eus eu, bur mya my, chi zho zh, cze ces cs, dut nld nl, fre fra fr, geo kat ka, "
    "ger deu de, gre ell el, ice isl is, mac mkd mk, may msa ms, per fas fa, rum ron ro, slo slk sk, wel cym cy"
)


def test_the_examples_in_the_docstrings_run() -> None:
    """Every example gives what it says."""
    assert doctest.testmod(tags).failed == 0


@pytest.mark.parametrize("codes", TWO_CODES.split(", "))
def test_three_letters_are_as_good_as_two(codes: str) -> None:
    """ISO 639-2 in both its forms, and 639-3, which has the second of them."""
    *long, short = codes.split()
    assert {language_tag(code) for code in [*long, short, *map(str.upper, long)]} == {short}


@pytest.mark.parametrize(
    ("given", "tag"),
    [
        ("eng", "en"),
        ("cmn", "zh"),
        ("pt-BR", "pt-BR"),
        ("pt_br", "pt-BR"),
        ("nl_BE.UTF-8", "nl-BE"),
        ("de_DE@euro", "de-DE"),
        ("zh-Hant-TW", "zh-Hant-TW"),
        ("zh-cmn-Hans-CN", "zh-Hans-CN"),
        ("es-419", "es-419"),
        ("en-US-u-ca-gregory", "en-US"),
        ("en-x-private-GB", "en"),
        ("prs", "fa-AF"),
        ("iw", "he"),
        ("nb-NO", "no-NO"),
        ("fil", "tl"),
        ("English", "en"),
        ("DUTCH", "nl"),
        ("Brazilian Portuguese", "pt-BR"),
        (" nederlands\n", "nl"),
        ("Tiếng Việt", "vi"),
        ("espan\u0303ol", "es"),
        ("中文", "zh"),
        ("português", "pt"),
        ("русский", "ru"),
        ("und", "und"),
    ],
)
def test_a_language_is_known_by_codes_and_names(given: str, tag: str) -> None:
    """The region and the script stay; encodings, extensions and composed letters make no difference."""
    assert language_tag(given) == tag


@pytest.mark.parametrize(
    "given",
    [
        *("../../../evil", "..", "/etc", "nl/../../evil", "nl\0", "C:\\evil", "", " ", "xx", "shared", "mul", "zxx"),
        *("N/A", "nl;en", "Elvish", "isiNdebele", "root", "a" * 5000, "nl-" + "a" * 5000),
    ],
)
def test_what_names_no_language_is_none(given: str) -> None:
    """A path is none, nor a name that two languages share, nor what stands for several languages."""
    assert language_tag(given) is None


@pytest.mark.parametrize(
    ("given", "code"), [("nl", "NL"), ("NLD", "NL"), ("528", "NL"), ("uk", "GB"), ("Brazil", "BR")]
)
def test_a_region_is_known_by_codes_and_its_english_name(given: str, code: str) -> None:
    """ISO 3166 in two or three letters, UN M.49, and names."""
    assert region_code(given) == code


@pytest.mark.parametrize("given", ["QQ", "ZZ", "EUR", "../BE", "", "Atlantis", "001", "SU"])
def test_what_is_no_region_is_none(given: str) -> None:
    """Nor is a union that fell apart: which of its parts is meant nobody can say."""
    assert region_code(given) is None


@pytest.mark.parametrize("lang", ["../evil", "..", "/tmp", "shared", "nl/../de", "NL"])
def test_no_pattern_folder_is_reached_by_what_is_no_language_code(lang: str, tmp_path: Path) -> None:
    """Whoever calls it: rules are read from folders of languages and from nowhere else."""
    (tmp_path / "evil").mkdir()
    (tmp_path / "evil" / "dates.yaml").write_text("label: DATE\n", encoding="utf-8")
    (tmp_path / "own").mkdir()
    with pytest.raises(ValueError, match="is no language code"):
        list(files_of(lang, [BUILT_IN, tmp_path / "own"]))
    with pytest.raises(ValueError, match="is no language code"):
        fingerprint(lang, [tmp_path / "own"])


def test_the_error_says_what_was_given_and_what_to_do() -> None:
    """Field and value can be read by a program; a terminal's escapes do not reach the terminal."""
    with pytest.raises(FieldError, match=r"lang '\.\./evil' names no language that CLDR knows") as caught:
        tags.stated_language("../evil")
    assert (caught.value.field, caught.value.value) == ("lang", "../evil")
    assert "\x1b" not in str(FieldError("lang", "\x1b[2J", "is none"))
    assert load("nl").lang == "nl"
