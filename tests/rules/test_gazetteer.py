"""The gazetteer: its entries are well formed, and each is found by its names in the language that they are of."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.records import Document, Record
from annotate.rules.cldr import territory_codes
from annotate.rules.gazetteer import KnownName, known_names
from annotate.rules.patterns import BUILT_IN, faults_of, folders
from annotate.spans import AGREEMENT_KINDS, LEVELS, PARTNERSHIP_KINDS, AgreementValue, PartnershipValue, Value

#: The languages in which the built-in names are told.
LANGS = ("nl", "en", "de", "fr", "es", "it", "pt", "vi", "zh", "ja", "ko", "ru")
SCRIPTS = {"zh": r"[\u4e00-\u9fff]", "ja": r"[\u3040-\u9fff]", "ko": r"[\uac00-\ud7af]", "ru": r"[А-Яа-яЁё]"}


@cache
def pipeline(lang: str) -> Pipeline:
    return Pipeline(Options(lang=lang))


def annotated(lang: str, text: str) -> Record:
    return pipeline(lang).annotate(Document("a", text, "a"))


def ids(lang: str, text: str) -> list[tuple[str, str | None]]:
    """The agreements and partnerships of a text, each with its id."""
    spans = annotated(lang, text).spans
    return [(s.text, s.value.id) for s in spans if isinstance(s.value, AgreementValue | PartnershipValue)]


def test_entries_are_well_formed() -> None:
    """Every entry has a kind of its label, levels that there are, names in known languages, and dates in order."""
    names = known_names()
    assert len(names) >= 900
    for known in names.values():
        kinds = AGREEMENT_KINDS if known.label == "AGREEMENT" else PARTNERSHIP_KINDS
        assert known.kind in kinds, known.id
        assert {*known.level} <= {*LEVELS, "extensive"}, known.id
        assert known.names_by_lang.keys() <= {*LANGS}, known.id
        assert known.names_by_lang["en"][0] == known.name, known.id
        assert len({*known.parties}) == len(known.parties) != 1, known.id
        for lang, script in SCRIPTS.items():
            for name in known.names_by_lang.get(lang, ()):
                assert re.search(script, name) or re.search("[A-Z]{3}", name), (known.id, name)


def test_links_go_both_ways_and_forward_in_time() -> None:
    """What took the place of another says so on both sides, and was not signed before it."""
    names = known_names()
    linked = [known for known in names.values() if known.successor]
    assert linked
    for known in linked:
        later = names[known.successor or ""]
        assert later.predecessor is not None, known.id
        if later.predecessor == known.id and known.signed and later.signed:
            assert known.signed[:4] <= later.signed[:4], known.id


def test_fields_are_files() -> None:
    """The field of an entry is the file that it stands in."""
    fields = Counter(known.field for known in known_names().values())
    assert {path.stem for path in (BUILT_IN / "shared" / "names").glob("*.yaml")} == fields.keys()


@pytest.mark.parametrize("lang", LANGS)
def test_every_name_is_found_by_itself(lang: str) -> None:
    """A name in a language, alone on its line, is one span with the id, name, kind and parties of its entry."""
    names = [(name, known) for known in known_names().values() for name in known.names_by_lang.get(lang, ())]
    spans = annotated(lang, "\n\n".join(name for name, _ in names)).spans
    found = {(s.start, s.label): (s.text, s.value) for s in spans}
    wrong, start = [], 0
    for name, known in names:
        text, value = found.get((start, known.label), ("", None))
        told = value and (text, *_told(value, known))
        if told != (name, known.id, known.name, known.kind, known.parties):
            wrong.append((known.id, name, told))
        start += len(name) + 2
    assert wrong == []


def _told(value: Value, known: KnownName) -> tuple[object, ...]:
    assert isinstance(value, AgreementValue | PartnershipValue)
    parties = tuple(party.code for party in value.parties) if known.parties else ()  # else those of the name's words
    return value.id, value.name, value.kind, parties


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("nl", "Het Verdrag van Lissabon bleef.", [("Verdrag van Lissabon", "treaty-of-lisbon")]),
        ("de", "Die Ziele des Pariser Abkommens bleiben.", [("Pariser Abkommens", "paris-agreement")]),
        ("de", "Die Staaten des Atomwaffensperrvertrages tagten.", [("Atomwaffensperrvertrages", "npt")]),
        ("ru", "Он вышел из Парижского соглашения.", [("Парижского соглашения", "paris-agreement")]),
        ("ru", "Стороны верны Парижскому соглашению.", [("Парижскому соглашению", "paris-agreement")]),
        ("en", "The EU—Mercosur deal is stuck.", [("EU—Mercosur deal", "eu-mercosur")]),
        ("en", "The EU–Mercosur deal is stuck.", [("EU–Mercosur deal", "eu-mercosur")]),
        ("en", "The goals of the Paris agreement stand.", [("Paris agreement", "paris-agreement")]),
        ("fr", "Les accords d’Évian et d'autres.", [("accords d’Évian", "evian")]),
        ("vi", "Hiệp định VKFTA có hiệu lực.", [("Hiệp định VKFTA", "vkfta")]),
        ("zh", "巴黎协定生效。", [("巴黎协定", "paris-agreement")]),
        ("ja", "パリ協定が発効した。", [("パリ協定", "paris-agreement")]),
        ("ko", "한-EU FTA가 발효됐다.", [("한-EU FTA", "eu-korea-fta")]),
        ("ko", "람사르협약과 바젤 협약.", [("람사르협약", "ramsar-convention"), ("바젤 협약", "basel-convention")]),
        ("ko", "아세안 헌장이 발효됐다.", [("아세안 헌장", "asean-charter")]),
        ("ja", "モントリオール議定書が採択された。", [("モントリオール議定書", "montreal-protocol")]),
        ("ja", "ワシントン条約の締約国会議。", [("ワシントン条約", "cites")]),
        ("zh", "东盟宪章于2008年生效。", [("东盟宪章", "asean-charter")]),
        ("zh", "中国加入了巴塞尔公约。", [("巴塞尔公约", "basel-convention")]),
        ("vi", "Công ước Basel có hiệu lực.", [("Công ước Basel", "basel-convention")]),
        ("vi", "Hiến chương ASEAN ra đời.", [("Hiến chương ASEAN", "asean-charter")]),
        ("ru", "Он вышел из Договора по открытому небу.", [("Договора по открытому небу", "open-skies")]),
        ("ru", "Стороны Монреальского протокола.", [("Монреальского протокола", "montreal-protocol")]),
        ("ru", "Страны ВРЭП растут.", [("ВРЭП", "rcep")]),
        ("pt", "A Convenção de Basileia vigora.", [("Convenção de Basileia", "basel-convention")]),
        ("pt", "O Tratado de Tordesilhas vale.", [("Tratado de Tordesilhas", "treaty-of-tordesillas")]),
        ("it", "La convenzione di Ramsar vale.", [("convenzione di Ramsar", "ramsar-convention")]),
        ("it", "Il trattato di Tlatelolco resta.", [("trattato di Tlatelolco", "tlatelolco")]),
        ("es", "El Convenio de Basilea rige.", [("Convenio de Basilea", "basel-convention")]),
        ("es", "El TNP rige.", [("TNP", "npt")]),
        ("fr", "La convention de Bâle vaut.", [("convention de Bâle", "basel-convention")]),
        ("fr", "L'accord UE-Mercosur reste.", [("accord UE-Mercosur", "eu-mercosur")]),
        ("de", "Trotz des Chemiewaffenübereinkommens.", [("Chemiewaffenübereinkommens", "cwc")]),
        ("nl", "De Turkijedeal houdt stand.", [("Turkijedeal", "eu-turkey-statement")]),
        ("nl", "Het Verdrag van Aken en EVFTA.", [("Verdrag van Aken", "treaty-of-aachen"), ("EVFTA", "evfta")]),
        ("en", "The AUKUS pact was announced.", [("AUKUS pact", "aukus")]),
        ("en", "Its GATS rules bind.", [("GATS", "gats")]),
    ],
)
def test_names_in_sentences(lang: str, text: str, expected: list[tuple[str, str]]) -> None:
    """A name counts in its cases, with any dash and either apostrophe, in the middle of a sentence."""
    assert ids(lang, text) == expected


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "Hauliers know the TIR Convention.", [("TIR Convention", "tir-convention")]),
        ("en", "Hauliers know the TIR treaty.", [("TIR treaty", "tir-convention")]),
        ("nl", "Vervoerders kennen het TIR-verdrag.", [("TIR-verdrag", "tir-convention")]),
        (
            "en",
            "The TIR Convention helps. TIR saves time.",
            [("TIR Convention", "tir-convention"), ("TIR", "tir-convention")],
        ),
        ("en", "TIR saves time.", []),
        ("fr", "Le tir au but était beau.", []),
        ("fr", "TIR AU BUT : il marque.", []),
        ("en", "Press START to start.", []),
        ("en", "Under the START treaty.", [("START treaty", "start-i")]),
        ("en", "CITES lists it; he cites the CITES treaty.", [("CITES treaty", "cites")]),
        ("en", "We SORT the list, and sort it again.", []),
        ("es", "Tú cites o no: CITES.", []),
        ("it", "Un TIR si è ribaltato.", []),
        ("nl", "De AFAS-software draait op DEPA-gas.", []),
    ],
)
def test_an_acronym_that_is_a_word_needs_company(lang: str, text: str, expected: list[tuple[str, str]]) -> None:
    """`TIR` counts beside a head, and behind the name in full; not by itself."""
    assert ids(lang, text) == expected


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "You can start now, and the CAN bus (Controller Area Network) carries data."),
        ("en", "He went to the Geneva convention center, then to a salt mine."),
        ("en", "The merger treaty talks, the basic treaty and the GPA of a student."),
        ("nl", "De CAN-bus is stuk; druk op START; dat kan."),
        ("de", "Die Atomwaffensperrvertragsstaaten tagten; man kann den Start verschieben."),
        ("fr", "La CAN se joue au Maroc; le tir au but compte."),
        ("es", "La CAN aprobó la decisión, y el can ladra."),
        ("it", "Il can che abbaia non morde."),
    ],
)
def test_ordinary_words_are_no_names(lang: str, text: str) -> None:
    """Words that look like a name or an acronym, and are none."""
    assert [found for found in ids(lang, text) if found[1]] == []


def entries(tmp_path: Path, *lines: str) -> Path:
    (tmp_path / "shared" / "names").mkdir(parents=True)
    body = "".join(f"    - {{{line}}}\n" for line in lines)
    (tmp_path / "shared" / "names" / "rivers.yaml").write_text(f"names:\n  agreement:\n{body}")
    return tmp_path


RIVERS = "id: rivers, name: Treaty on Rivers"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([f"{RIVERS}, §sined: 2001"], "unknown key 'sined' in a name; did you mean 'signed'"),
        ([f"{RIVERS}, signed: §2001-13"], "'2001-13' is no year, month or day"),
        ([f"{RIVERS}, in_force: §201"], "'201' is no year"),
        ([f"{RIVERS}, signed: §2001-02-30"], "'2001-02-30' is no year"),
        ([f"§{{{RIVERS}, signed: 2001-05-02, in_force: 2001-05-01"], "before it was signed (2001-05-02)"),
        ([f"{RIVERS}, parties: [NL, §QX]"], "'QX' is no code of a country, and no organisation"),
        ([f"{RIVERS}, predecessor: §streams"], "'streams' is no other known name"),
        ([f"{RIVERS}, successor: §rivers"], "'rivers' is no other known name"),
        (
            [f"{RIVERS}, successor: §lakes", "id: lakes, name: Lakes, predecessor: seas", "id: seas, name: Seas"],
            "the predecessor of 'lakes' is 'seas', not 'rivers'",
        ),
        ([RIVERS, "id: §rivers, name: Treaty on Streams"], "duplicate id 'rivers'"),
        ([RIVERS, "id: lakes, name: §Treaty on rivers"], "'Treaty on rivers' is a form of 'rivers', too"),
        ([f"{RIVERS}, acronym: TR", "id: lakes, name: Lakes, weak_acronym: §TR"], "'TR' is a form of 'rivers', too"),
        ([f"{RIVERS}, forms: {{nl: §Verdrag(en}}"], "a parenthesis stands alone"),
        ([f"{RIVERS}, forms: {{ru: §Догов~ор~}}"], "a word has one ending"),
        ([f"{RIVERS}, forms: {{§Dutch: Verdrag}}"], "'Dutch' is no language"),
        ([f"{RIVERS}, kind: §treatie"], "did you mean 'treaty'"),
    ],
)
def test_faults_of_entries(lines: list[str], message: str, tmp_path: Path) -> None:
    """What is wrong with an entry is told at its place, § here, with what would be right."""
    ((line, column),) = ((n, line.index("§")) for n, line in enumerate(lines) if "§" in line)
    root = entries(tmp_path, *(one.replace("§{", "").replace("§", "") for one in lines))
    (fault,) = faults_of("nl", [root])
    assert (fault.line, fault.column) == (3 + line, column + (8 if "§{" not in lines[line] else 7))
    assert message in fault.message


def test_length_in_force_in_the_year_of_signing(tmp_path: Path) -> None:
    """A year of entry into force may be that of a full date of signing."""
    root = entries(tmp_path, f"{RIVERS}, signed: 2001-05-02, in_force: 2001")
    assert faults_of("nl", [root]) == []


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("fr", "Le TNP ouvre sa saison.", []),
        ("fr", "Le traité de non-prolifération tient. Le TNP a été signé en 1968.", ["npt", "npt"]),
        ("es", "El TNP sigue vigente.", ["npt"]),
    ],
)
def test_an_acronym_may_be_a_word_in_one_language_alone(lang: str, text: str, found: list[str]) -> None:
    """TNP is a theatre, too, in French, where it needs its treaty; in no other language."""
    spans = annotated(lang, text).spans
    assert [span.value.id for span in spans if isinstance(span.value, AgreementValue)] == found


def test_own_names_are_known_too(tmp_path: Path) -> None:
    """Names of a folder of one's own come with the built-in ones, links and all, and forms as one reads them."""
    root = entries(
        tmp_path,
        f"{RIVERS}, acronym: {{any: TR, nl: VR}}, weak_acronym: {{ru: FLOW}}, signed: 2001, successor: lakes, "
        "forms: {ru: Договор~ о рек~ах, any: River Pact, de: Flussvertrag(s)}",
        "id: lakes, name: Treaty on Lakes, signed: 2002, in_force: 2003-01",
    )
    names = known_names(folders([root]))
    assert names["rcep"] == known_names()["rcep"]
    assert names["lakes"].predecessor == "rivers"
    assert names["rivers"] == KnownName(
        id="rivers",
        label="AGREEMENT",
        kind=None,
        level=(),
        name="Treaty on Rivers",
        names_by_lang={
            "en": ("Treaty on Rivers", "River Pact"),
            "ru": ("Договор о реках",),
            "de": ("Flussvertrag",),
        },
        acronyms=("TR", "VR", "FLOW"),
        parties=(),
        signed="2001",
        in_force=None,
        predecessor=None,
        successor="lakes",
        field="rivers",
    )


def test_known_names_are_kept_between_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second reading of the same files takes what the first kept, and gives the same; a change is seen."""
    from annotate.rules import gazetteer

    monkeypatch.setenv("ANNOTATE_CACHE", str(tmp_path / "cache"))
    root = entries(tmp_path, RIVERS)
    gazetteer._read.cache_clear()
    first = known_names([root])
    gazetteer._read.cache_clear()
    monkeypatch.setattr(gazetteer, "_entries", lambda files: pytest.fail("read again"))
    assert known_names([root]) == first
    monkeypatch.undo()
    (root / "shared" / "names" / "rivers.yaml").write_text(f"names:\n  agreement:\n    - {{{RIVERS}, signed: 2001}}\n")
    assert known_names([root])["rivers"].signed == "2001"


def test_codes_of_parties_are_upper_case() -> None:
    """A party is a country's code or an organisation's acronym, and most are countries."""
    codes = Counter(party for known in known_names().values() for party in known.parties)
    assert all(re.fullmatch("[A-Z]{2,8}", code) for code in codes)
    assert sum(codes[code] for code in territory_codes()) > sum(codes.values()) / 2
