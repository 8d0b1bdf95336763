"""The rows of the tables of knowledge: one type each, with a sentence for each field.

All are made from what records say. A row has the evidence for each thing that it states, and where documents say
different things of one agreement, both stand, and `disagreements` names them.
"""

from __future__ import annotations

from typing import Annotated

from annotate.spans import CurrencyCode, Day, DecimalString, Offset, Part, Text, about

Id = Annotated[
    Text,
    about(
        "Key that all mentions in all documents and languages share: of a known one (`rcep`), or made of parties, kind "
        "and level or year (`jp-vn/partnership/comprehensive-strategic/2023`); `DOCUMENT#OFFSET` for what one document "
        "tells of and nothing settles."
    ),
]


class Evidence(Part, frozen=True):
    """Where a document says so."""

    document: Annotated[Text, about("Id of the record.")]
    start: Annotated[Offset, about("First character of the words, counted from 0.")]
    end: Annotated[Offset, about("The character after the last.")]
    text: Annotated[Text, about("The words.")]
    sentence: Annotated[str, about("The sentence that they stand in.")]
    lang: Annotated[Text, about("Language of the sentence.")]
    date: Annotated[Day | None, about("Date of the document.")]


Documents = Annotated[Offset, about("How many documents say so.")]
Pieces = Annotated[tuple[Evidence, ...], about("The first that say so, with their sentences.")]


class Dated(Part, frozen=True):
    """A day, month or year at which something came about."""

    role: Annotated[Text, about("What came about: signed, ratified, in_force, established, upgraded, …")]
    date: Annotated[Text, about("When, in EDTF where that has a form for it, else as TIMEX3.")]
    start: Annotated[Day | None, about("First day that it covers.")]
    end: Annotated[Day | None, about("Last day that it covers, inclusive.")]
    documents: Documents
    evidence: Pieces


Amount = Annotated[DecimalString | None, about("The amount, exact; null in a range.")]
Least = Annotated[DecimalString | None, about("Least amount of a range.")]
Greatest = Annotated[DecimalString | None, about("Greatest amount of a range.")]
Currency = Annotated[CurrencyCode | None, about("ISO 4217 code; null where undecided.")]
Modifier = Annotated[Text | None, about("What the words around it make of the amount: approx, more_than, …")]
Per = Annotated[Text | None, about("The unit of time in which it is paid again and again.")]


class Money(Part, frozen=True):
    """A sum that an agreement is worth."""

    amount: Amount
    min: Least
    max: Greatest
    currency: Currency
    modifier: Modifier
    per: Per
    documents: Documents
    evidence: Pieces


class Reference(Part, frozen=True):
    """What is known of it from elsewhere: the list of well-known agreements that comes with the tool."""

    parties: Annotated[tuple[Text, ...], about("Codes of its parties.")]
    signed: Annotated[Text | None, about("When it was signed or adopted: a year, month or day.")]
    in_force: Annotated[Text | None, about("Since when it is in force, as finely as is known.")]
    predecessor: Annotated[Text | None, about("Id of what it followed.")]
    successor: Annotated[Text | None, about("Id of what followed it.")]


Names = Annotated[
    dict[str, tuple[str, ...]], about("Its names as they stand in texts, by language, most frequent first.")
]
Parties = Annotated[tuple[Text, ...], about("Codes of its parties; the name of one without a code.")]
Disagreements = Annotated[
    tuple[str, ...], about("What documents say differently: `signed: 2015-05-05 or 2015-12-20`; [] where they agree.")
]


class Pact(Part, frozen=True, kw_only=True):
    """What rows of agreements and of partnerships have in common."""

    id: Id
    name: Annotated[Text | None, about("Its name: the usual one, else the one that stands in texts most often.")]
    names: Names
    kind: Annotated[Text, about("What sort it is.")]
    parties: Parties
    status: Annotated[Text | None, about("The furthest that it has come, by what documents say.")]
    dates: Annotated[tuple[Dated, ...], about("Each date with its role, earliest first.")]
    disagreements: Disagreements
    mentions: Annotated[Offset, about("How often it is mentioned.")]
    documents: Annotated[Offset, about("How many documents mention it.")]
    first_seen: Annotated[Day | None, about("Date of the first document that mentions it.")]
    last_seen: Annotated[Day | None, about("Date of the last one.")]
    reference: Annotated[
        Reference | None, about("What is known of it from elsewhere; null for what is not well known.")
    ]


class Agreement(Pact, frozen=True, kw_only=True):
    """One agreement, with all that the documents say of it."""

    acronym: Annotated[Text | None, about("Its acronym.")]
    subject: Annotated[Text | None, about("What it is about.")]
    sums: Annotated[tuple[Money, ...], about("Sums that it is worth.")]
    evidence: Pieces


class Partnership(Pact, frozen=True, kw_only=True):
    """One partnership at one level, with all that the documents say of it."""

    level: Annotated[tuple[Text, ...], about("Its level and field.")]
    since: Annotated[Text | None, about("Since when, by the earliest date of its establishment or raise.")]
    upgraded_from: Annotated[Text | None, about("Id of the level that the same parties had before.")]
    upgraded_to: Annotated[Text | None, about("Id of the level that the same parties had next.")]
    evidence: Pieces


class Told(Part, frozen=True, kw_only=True):
    """What is told of one agreement or partnership, or of several at once."""

    subject: Annotated[Text, about("Id of the agreement or partnership.")]
    name: Annotated[Text | None, about("Its name, or the words of the text.")]
    kind: Annotated[Text, about("What sort it is.")]
    count: Annotated[Offset | None, about("How many at once, as in `170 agreements`; null for one.")]
    parties: Parties


class Happened(Told, frozen=True, kw_only=True):
    """One fact: what came about with an agreement or a partnership, when."""

    type: Annotated[Text, about("What came about: signed, ratified, in_force, established, upgraded, valued_at, …")]
    label: Annotated[Text, about("AGREEMENT or PARTNERSHIP.")]
    date: Annotated[Text | None, about("When, in EDTF where that has a form for it, else as TIMEX3.")]
    start: Annotated[Day | None, about("First day that it covers.")]
    end: Annotated[Day | None, about("Last day that it covers, inclusive.")]
    amount: Amount
    currency: Currency
    documents: Documents
    evidence: Pieces


class Worth(Told, frozen=True, kw_only=True):
    """One sum of one agreement."""

    about: Annotated[Text | None, about("What it is about.")]
    amount: Amount
    min: Least
    max: Greatest
    currency: Currency
    modifier: Modifier
    per: Per
    documents: Documents
    evidence: Pieces


class Mention(Part, frozen=True):
    """One mention: which words of which document are of which agreement or partnership."""

    id: Id
    document: Annotated[Text, about("Id of the record.")]
    start: Annotated[Offset, about("First character, counted from 0.")]
    end: Annotated[Offset, about("The character after the last.")]
    text: Annotated[Text, about("The words.")]
    lang: Annotated[Text, about("Language of the words.")]


Row = Agreement | Partnership | Happened | Worth | Mention

#: The tables by the names of their files.
TABLES: dict[str, type[Row]] = {
    "agreements": Agreement,
    "partnerships": Partnership,
    "facts": Happened,
    "sums": Worth,
    "mentions": Mention,
}
