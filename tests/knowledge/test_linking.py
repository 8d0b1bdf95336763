"""Which claims are of one agreement: the rules, and that they never join what disagrees, in whatever order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as some

from annotate.knowledge.identity import Known, Signature, assign

KNOWN = {
    "evfta": Known(
        "evfta", "AGREEMENT", "free_trade_agreement", (), "EU-Vietnam Free Trade Agreement", "EVFTA", ("EU", "VN"),
        "2019", "2020", None, None,
    ),
    "rcep": Known(
        "rcep", "AGREEMENT", "free_trade_agreement", (), "Regional Comprehensive Economic Partnership", "RCEP",
        ("CN", "JP", "KR", "VN"), "2020", "2022", None, None,
    ),
}  # fmt: skip


def agreement(
    *parties: str,
    topic: str = "free_trade",
    key: str = "",
    names: tuple[str, ...] = (),
    when: str = "",
    signed: tuple[str, ...] = (),
    in_force: tuple[str, ...] = (),
    ahead: str = "",
) -> Signature:
    return Signature("AGREEMENT", key, parties, topic, (), names, when, signed, in_force, ahead)


def partnership(*parties: str, level: tuple[str, ...], when: str = "") -> Signature:
    return Signature("PARTNERSHIP", "", parties, "partnership", level, (), when, (), (), "")


def test_one_without_a_year_joins_the_only_one_with_a_year() -> None:
    """`the free-trade agreement` of two parties is the one that another article says was signed in 2011."""
    told, untold = agreement("cl", "vn", signed=("2011",)), agreement("cl", "vn")
    assert assign([untold, told], {}) == {told: "cl-vn/free_trade/2011", untold: "cl-vn/free_trade/2011"}


def test_one_without_a_year_joins_neither_of_two_years() -> None:
    """Where two were signed, one without a year may be either, so it is none of them."""
    first, second, untold = (
        agreement("cl", "eu", signed=("2002",)),
        agreement("cl", "eu", when="2023"),
        agreement("cl", "eu"),
    )
    ids = assign([untold, second, first], {})
    assert (ids[first], ids[second], ids[untold]) == ("cl-eu/free_trade/2002", "cl-eu/free_trade/2023", None)


def test_what_is_being_negotiated_was_not_signed_before() -> None:
    """An article of 2025 that tells of negotiations is not about what was signed in 2002."""
    old, ahead = agreement("cl", "eu", signed=("2002",)), agreement("cl", "eu", ahead="2025")
    ids = assign([old, ahead], {})
    assert ids[old] != ids[ahead]


def test_a_well_known_one_is_found_by_its_parties_and_what_it_is_about() -> None:
    """`the free-trade agreement between the EU and Vietnam` is the EVFTA, unless its year says otherwise."""
    plain, early, other = (
        agreement("eu", "vn"),
        agreement("eu", "vn", in_force=("2020",)),
        agreement("eu", "vn", signed=("2030",)),
    )
    assert assign([plain], KNOWN)[plain] == "evfta"
    assert assign([early], KNOWN)[early] == "evfta"
    assert assign([other], KNOWN)[other] == "eu-vn/free_trade/2030"


def test_an_acronym_alone_joins_nothing() -> None:
    """`EPA` of the EU and Kenya and `EPA` of Japan and Peru are two, and one without parties or name is neither."""
    kenya, peru, bare = (
        agreement("eu", "ke", key="epa", names=("epa",)),
        agreement("jp", "pe", key="epa", names=("epa",)),
        agreement(key="epa", names=("epa",)),
    )
    ids = assign([bare, peru, kenya], {})
    assert (ids[kenya], ids[peru], ids[bare]) == ("eu-ke/epa", "jp-pe/epa", None)


def test_an_acronym_with_a_name_joins_the_one_of_that_name() -> None:
    """One article names the parties, the other one the name in full that both have."""
    name = "enhanced partnership and cooperation agreement"
    whole = agreement("eu", "kz", key="epca", names=("epca", name))
    bare = agreement(key="epca", names=("epca", name))
    assert assign([bare, whole], {})[bare] == "eu-kz/epca"


def test_what_has_an_acronym_elsewhere_is_known_by_it() -> None:
    """The free-trade agreement of Vietnam and Israel is that which another article calls VIFTA."""
    short, long = agreement("il", "vn", key="vifta", names=("vifta",)), agreement("il", "vn")
    assert assign([long, short], {})[long] == "il-vn/vifta"


def test_partnerships_are_one_by_parties_and_level() -> None:
    """`cooperative` beside `strategic` is often left out; another level is another partnership."""
    full, short = (
        partnership("cn", "vn", level=("strategic", "cooperative")),
        partnership("cn", "vn", level=("strategic",)),
    )
    high = partnership("cn", "vn", level=("comprehensive", "strategic"))
    ids = assign([short, high, full], {})
    assert ids[short] == ids[full] == "cn-vn/partnership/strategic-cooperative"
    assert ids[high] == "cn-vn/partnership/comprehensive-strategic"


def test_a_well_known_partnership_may_be_called_cooperative_in_its_year() -> None:
    """`strategic cooperative partnership in 2009` is the strategic one of 2009; without its year it may be another."""
    known = Known(
        "low", "PARTNERSHIP", "partnership", ("strategic",), "", None, ("FJ", "NP"), "2009-10", None, None, None
    )
    told, untold, later = (
        partnership("fj", "np", level=("strategic", "cooperative"), when=year) for year in ("2009", "", "2015")
    )
    assert assign([told], {"low": known}) == {told: "low"}
    assert assign([untold], {"low": known}) == {untold: "fj-np/partnership/strategic-cooperative"}
    assert assign([later], {"low": known}) == {later: "fj-np/partnership/strategic-cooperative/2015"}


def test_a_level_that_was_reached_twice_is_two_partnerships() -> None:
    """Some languages have one word for two levels: their years tell them apart, and one without a year is neither."""
    first, second = (
        partnership("jp", "vn", level=("comprehensive", "strategic"), when=year) for year in ("2014", "2023")
    )
    untold = partnership("jp", "vn", level=("comprehensive", "strategic"))
    ids = assign([untold, first, second], {})
    assert (ids[first], ids[second], ids[untold]) == (
        "jp-vn/partnership/comprehensive-strategic/2014",
        "jp-vn/partnership/comprehensive-strategic/2023",
        None,
    )


def test_a_well_known_partnership_began_in_its_year() -> None:
    """The key that two levels share in some language is that of the level whose year it has; a year tells the other."""
    entry = Known(
        "jp-vn-high", "PARTNERSHIP", "partnership", ("comprehensive", "strategic"), "High", None, ("VN", "JP"),
        "2023-11", None, None, None,
    )  # fmt: skip
    named, early, untold = (
        Signature("PARTNERSHIP", "jp-vn-high", (), "partnership", (), (), "", years, (), "")
        for years in (("2023",), ("2014",), ())
    )
    bare = partnership("jp", "vn", level=("comprehensive", "strategic"), when="2023")
    assert assign([named, early, untold, bare], {"jp-vn-high": entry}) == {
        named: "jp-vn-high",
        untold: "jp-vn-high",
        bare: "jp-vn-high",
        early: "jp-vn/partnership/comprehensive-strategic/2014",
    }


def test_a_month_and_a_day_within_it_are_one() -> None:
    """What one article dates to a month and another one to a day of it is one agreement; of two days it is neither."""
    month, day, other = (
        agreement("at", "uz", topic="loan_agreement", when=when) for when in ("2026-01", "2026-01-15", "2026-01-20")
    )
    assert assign([month, day], {})[month] == "at-uz/loan_agreement/2026-01-15"
    assert assign([month, day, other], {})[month] is None


YEARS = ("2001", "2010", "2020")
SIGNATURES = some.builds(
    Signature,
    some.just("AGREEMENT"),
    some.sampled_from(("", "", "epa", "evfta", "rcep")),
    some.sampled_from(((), ("eu", "vn"), ("eu", "ke"), ("cn", "jp", "kr", "vn"))),
    some.sampled_from(("free_trade", "taxation")),
    some.just(()),
    some.sampled_from(((), ("epa",), ("trade pact",), ("epa", "trade pact"))),
    some.sampled_from(("", *YEARS, "2010-05", "2010-05-07")),
    some.lists(some.sampled_from(YEARS), max_size=2, unique=True).map(lambda years: tuple(sorted(years))),
    some.sampled_from(((), ("2001",), ("2020",))),
    some.sampled_from(("", "2015")),
)


@settings(max_examples=100, deadline=None)
@given(some.lists(SIGNATURES, max_size=12), some.randoms(use_true_random=False))
def test_ids_do_not_depend_on_order_and_never_join_what_disagrees(told: list[Signature], chance: object) -> None:
    """Whatever is told in whatever order: the same ids, and no id but a well-known one has two parties or two years."""
    ids = assign(told, KNOWN)
    shuffled = [*told]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert assign(shuffled, KNOWN) == ids
    assert {*ids} == {*told}
    together: dict[str, list[Signature]] = {}
    for one, name in ids.items():
        if name is not None and name not in KNOWN:
            together.setdefault(name, []).append(one)
    for several in together.values():
        assert len({one.parties for one in several if len(one.parties) > 1}) <= 1
        assert len({one.when[:4] or one.signed[0] for one in several if one.when or len(one.signed) == 1}) <= 1
        assert len({one.in_force for one in several if one.in_force}) <= 1 or any(
            one.when or one.signed for one in several
        )
