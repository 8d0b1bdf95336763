"""A span of a record and its value: one type for each label, in the keys and the order of the output.

The types are the format: the JSON Schema, the checks on reading and `docs/record.md` are made from them. All are
frozen; `msgspec.structs.replace` gives a copy with other fields.

>>> value = MoneyValue("5", None, None, "EUR", (), "more_than", None)
>>> value.currency, value.to_dict()["modifier"]
('EUR', 'more_than')
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args

import msgspec
from msgspec import Meta as Constraint
from msgspec import Struct

TimexType = Literal["DATE", "TIME", "DURATION", "SET"]
TimexMod = Literal[
    "BEFORE",
    "AFTER",
    "ON_OR_BEFORE",
    "ON_OR_AFTER",
    "LESS_THAN",
    "MORE_THAN",
    "EQUAL_OR_LESS",
    "EQUAL_OR_MORE",
    "START",
    "MID",
    "END",
    "APPROX",
]
MoneyModifier = Literal["approx", "more_than", "at_least", "less_than", "at_most"]
MoneyPeriod = Literal["year", "half_year", "quarter", "month", "week", "day", "hour", "minute", "second"]
AgreementKind = Literal[
    "treaty",
    "convention",
    "charter",
    "protocol",
    "free_trade_agreement",
    "customs_union",
    "investment_agreement",
    "association_agreement",
    "framework_agreement",
    "cooperation_agreement",
    "cooperation_document",
    "loan_agreement",
    "tax_agreement",
    "peace_agreement",
    "mou",
    "letter_of_intent",
    "joint_declaration",
    "exchange_of_notes",
    "contract",
    "agreement",
]
AgreementStatus = Literal["signed", "negotiating", "ratified", "in_force", "proposed", "terminated"]
PartnershipKind = Literal["partnership", "shared_future_community", "alliance"]

TIMEX_MODS: tuple[TimexMod, ...] = get_args(TimexMod)
MONEY_MODIFIERS: tuple[MoneyModifier, ...] = get_args(MoneyModifier)
MONEY_PERIODS: tuple[MoneyPeriod, ...] = get_args(MoneyPeriod)
AGREEMENT_KINDS: tuple[AgreementKind, ...] = get_args(AgreementKind)
#: What agreements of some kinds are about; two parties have one of these at a time, so no topic has to be told.
KIND_TOPICS: dict[str, str] = {
    "free_trade_agreement": "free_trade",
    "customs_union": "customs_union",
    "investment_agreement": "investment",
    "association_agreement": "association",
    "tax_agreement": "taxation",
    "peace_agreement": "peace",
}
PARTNERSHIP_KINDS: tuple[PartnershipKind, ...] = get_args(PartnershipKind)
PARTNERSHIP_STATUSES = ("established", "upgraded", "proposed")
#: The order in which levels are written; others follow in the order of the text.
LEVELS = (
    "comprehensive",
    "strategic",
    "cooperative",
    "special",
    "enhanced",
    "all_weather",
    "global",
    "green",
    "digital",
    "economic",
)

Text = Annotated[str, Constraint(min_length=1)]
Word = Annotated[str, Constraint(title="word", pattern="^[a-z_]+$")]
Offset = Annotated[int, Constraint(title="offset", ge=0)]
Day = Annotated[str, Constraint(title="day", pattern="^-?[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
Reached = Annotated[
    str, Constraint(title="year, month or day", pattern="^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$")
]
DecimalString = Annotated[str, Constraint(title="decimal string", pattern="^-?(0|[1-9][0-9]*)([.][0-9]+)?$")]
CurrencyCode = Annotated[str, Constraint(title="currency code", pattern="^[A-Z]{3}$")]
SpanId = Annotated[str, Constraint(title="span id", pattern="^s[0-9]+$")]


def about(description: str, *, unique: bool = False) -> Constraint:
    """What a field means, for the JSON Schema and the docs; `unique` where no item of a list may stand twice."""
    return Constraint(description=description, extra_json_schema={"uniqueItems": True} if unique else None)


class Part(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A part of a record: what it is made of has no other keys than its own."""

    def to_dict(self) -> dict[str, Any]:
        """The same as a plain dict, as JSON has it."""
        content: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return content


# Values


class DateValue(Part, frozen=True):
    """A calendar expression: when it is."""

    timex: Annotated[Text, about("TIMEX3 value: 1950-01-18, 2024-12, 2024-Q3, 199 (the 1990s), P20Y, XXXX-05-06.")]
    timex_type: Annotated[TimexType, about("TIMEX3 type of the expression.")]
    mod: Annotated[TimexMod | None, about("TIMEX3 modifier: END in `end of 2008`.")]
    edtf: Annotated[
        Text | None, about("The same in EDTF level 1 (2020/2021, 199X); null where EDTF has no form for it.")
    ]
    start: Annotated[Day | None, about("First day that it covers; null where open or unknown.")]
    end: Annotated[Day | None, about("Last day that it covers, inclusive; null where open or unknown.")]
    grain: Annotated[Word | None, about("Size of its unit: day, week, month, quarter, year, decade, century, …")]
    anchor: Annotated[
        Reached | None,
        about(
            "What it was resolved against: the document's date, or the year, month or day that the story around it "
            "has reached; null where neither was needed."
        ),
    ]

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day as dates, None where it is open.

        >>> value = DateValue("2008-02", "DATE", None, "2008-02", "2008-02-01", "2008-02-29", "month", None)
        >>> (value.days[1] - value.days[0]).days
        28
        """
        if self.start is None or self.end is None:
            return None
        return date.fromisoformat(self.start), date.fromisoformat(self.end)


class MoneyValue(Part, frozen=True):
    """A sum of money: how much of what."""

    amount: Annotated[DecimalString | None, about("The amount, exact, as a decimal string; null in a range.")]
    min: Annotated[DecimalString | None, about("Least amount of a range or bound.")]
    max: Annotated[DecimalString | None, about("Greatest amount of a range or bound.")]
    currency: Annotated[CurrencyCode | None, about("ISO 4217 code; null where undecided.")]
    currency_candidates: Annotated[
        tuple[CurrencyCode, ...],
        about("The currencies that it may be, where neither text nor region settles it.", unique=True),
    ]
    modifier: Annotated[MoneyModifier | None, about("What the words around it make of the amount.")]
    per: Annotated[MoneyPeriod | None, about("The unit of time in which it is paid again and again.")]

    def __post_init__(self) -> None:
        _refuse_twice("currency_candidates", self.currency_candidates)


class Party(Part, frozen=True):
    """A state, organisation or company."""

    name: Annotated[Text, about("Its name as it stands in the text, or its usual one.")]
    code: Annotated[Text | None, about("ISO 3166-1 alpha-2 code, or the acronym of an organisation.")]


class AgreementValue(Part, frozen=True):
    """A formal agreement: which, between whom."""

    kind: Annotated[AgreementKind, about("What sort of agreement; `agreement` for any other.")]
    name: Annotated[Text | None, about("Its name in full, where known.")]
    id: Annotated[Text | None, about("A key that all mentions of one agreement share, in all languages.")]
    acronym: Annotated[Text | None, about("Its acronym, where known.")]
    count: Annotated[Offset | None, about("How many, as in `170 agreements`.")]
    parties: Annotated[tuple[Party, ...], about("The parties, between whom it is.")]
    subject: Annotated[Text | None, about("What it is about.")]
    status: Annotated[AgreementStatus | None, about("How far it has come.")]
    date_span: Annotated[SpanId | None, about("The DATE span of its status.")]
    amount_span: Annotated[SpanId | None, about("The MONEY span of its worth.")]


class PartnershipValue(Part, frozen=True):
    """A partnership: of what level, between whom."""

    kind: Annotated[PartnershipKind, about("What sort of bond.")]
    level: Annotated[
        tuple[Word, ...],
        about(
            f"Level and field, one word whatever the language, in the order {', '.join(LEVELS)}, …; [] for none.",
            unique=True,
        ),
    ]
    name: Annotated[Text | None, about("Its name in full, where known.")]
    id: Annotated[Text | None, about("A key that all mentions of one partnership share, in all languages.")]
    parties: Annotated[tuple[Party, ...], about("The parties, between whom it is.")]
    status: Annotated[Word | None, about(f"How far it has come: {', '.join(PARTNERSHIP_STATUSES)}, …")]
    since_span: Annotated[SpanId | None, about("The DATE span since when.")]

    def __post_init__(self) -> None:
        _refuse_twice("level", self.level)


#: The value of a label of the user's own: what its rules name as slots.
SlotsValue = dict[str, Any]

Value = DateValue | MoneyValue | AgreementValue | PartnershipValue | SlotsValue


def _refuse_twice(name: str, items: tuple[str, ...]) -> None:
    if len(items) > 1 and len({*items}) < len(items):
        raise ValueError(f"{name} has an item twice: {', '.join(items)}")


# Spans

L = TypeVar("L", bound=str)
V = TypeVar("V", bound=Value)


class SpanByLabel:
    """What msgspec reads where a span may be of any label; `span_of` gives the type that its label stands for."""

    __slots__ = ()


class Span(Part, SpanByLabel, Generic[L, V], frozen=True):
    """One thing that was found in the text: where it stands, and what it means."""

    id: Annotated[SpanId, about("Name of the span in its record; the same on every run over the same text.")]
    start: Annotated[Offset, about("First character, counted in Unicode code points from 0.")]
    end: Annotated[Offset, about("The character after the last, so that text[start:end] is the span's text.")]
    text: Annotated[Text, about("The words of the span, as they stand in the text.")]
    label: Annotated[L, about("What it is: DATE, MONEY, AGREEMENT, PARTNERSHIP, or a label of your own.")]
    token_start: Annotated[Offset, about("First token of the span.")]
    token_end: Annotated[Offset, about("Last token of the span, inclusive as in Prodigy.")]
    rule: Annotated[Text, about("The rule that found it: `<file>/<name>`.")]
    value: Annotated[V, about("What the words mean, in the form of their label.")]


class DateSpan(Span[Literal["DATE"], DateValue], frozen=True):
    """A calendar expression in the text."""


class MoneySpan(Span[Literal["MONEY"], MoneyValue], frozen=True):
    """A sum of money in the text."""


class AgreementSpan(Span[Literal["AGREEMENT"], AgreementValue], frozen=True):
    """A mention of an agreement in the text."""


class PartnershipSpan(Span[Literal["PARTNERSHIP"], PartnershipValue], frozen=True):
    """A mention of a partnership in the text."""


class OtherSpan(Span[Text, SlotsValue], frozen=True):
    """A span with a label of the user's own; its value is a plain dict, whatever keys it has."""


AnySpan = DateSpan | MoneySpan | AgreementSpan | PartnershipSpan | OtherSpan

#: The type of a span by its label; any other label is an OtherSpan.
SPAN_TYPES: dict[str, type[DateSpan | MoneySpan | AgreementSpan | PartnershipSpan]] = {
    "DATE": DateSpan,
    "MONEY": MoneySpan,
    "AGREEMENT": AgreementSpan,
    "PARTNERSHIP": PartnershipSpan,
}


def span_of(content: Any) -> AnySpan:
    """The span that a plain dict is, typed by its label; raises msgspec.ValidationError where it is none."""
    label = content.get("label") if isinstance(content, dict) else None
    kind: type[AnySpan] = SPAN_TYPES.get(label, OtherSpan) if isinstance(label, str) else OtherSpan
    span: AnySpan = msgspec.convert(content, kind)
    return span
