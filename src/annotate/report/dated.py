"""Which entities of a record are dated to a month, and what came about in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from annotate.records import Record
from annotate.report.months import Month, one_month
from annotate.report.wording import between, clipped, kind_of, spaced
from annotate.spans import AgreementValue, AnySpan, DateValue, PartnershipValue, Party


def dated(record: Record) -> dict[str, Month]:
    """By the id of a span its month: dates of a month or less, and what a link or a fact dates by one of them.

    >>> from annotate import annotate
    >>> record = annotate("They signed the Plaza Accord on 22 September 1985.", lang="en")
    >>> [(record.span(name).text, month == 1985 * 12 + 8) for name, month in dated(record).items()]
    [('22 September 1985', True), ('Plaza Accord', True)]
    """
    months = {}
    for span in record.spans:
        if isinstance(span.value, DateValue):
            month = one_month(span.value.start, span.value.end)
            if month is not None:
                months[span.id] = month
    return months | _by_link(record, months)


def _by_link(record: Record, months: Mapping[str, Month]) -> dict[str, Month]:
    known = {span.id for span in record.spans}
    found: dict[str, Month] = {}
    for span in record.spans:
        month = months.get(_date_of(span) or "")
        if month is not None:
            found[span.id] = month
    for fact in record.facts:
        month = months.get(fact.date or "")
        for name in (fact.subject, fact.amount):
            if month is not None and name is not None and name in known:
                found.setdefault(name, month)
    return found


def _date_of(span: AnySpan) -> str | None:
    """The id of the span that dates another one."""
    if isinstance(span.value, AgreementValue):
        return span.value.date_span
    return span.value.since_span if isinstance(span.value, PartnershipValue) else None


def events(record: Record, months: Mapping[str, Month]) -> Iterator[tuple[Month, str]]:
    """What came about in which month, in one line: `signed: Plaza Accord (Japan, United States)`."""
    spans = {span.id: span for span in record.spans}
    for fact in record.facts:
        month = months.get(fact.date or "")
        if month is not None:
            yield month, _event(fact.type, spans.get(fact.subject), fact.parties)


def _event(kind: str, subject: AnySpan | None, parties: tuple[str, ...]) -> str:
    value = subject.value if subject else None
    name = ""
    if isinstance(value, AgreementValue):
        name = value.name or spaced(value.kind)
    elif isinstance(value, PartnershipValue):
        name = value.name or kind_of(value)
    with_parties = between(Party(code, code) for code in parties)
    return clipped(f"{spaced(kind)}: {name}" + (f" ({with_parties})" if with_parties else ""))
