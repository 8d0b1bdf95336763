"""Rows that a person has edited as decisions: each checked against the record, all of them taken or none.

A row says with its `check` how it stood when it was exported. What is as it was is no decision, whatever has been
decided elsewhere since; what was changed is one, unless the record or the decisions are no longer those of the export.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from annotate.export.articles import Article, Entry, articles
from annotate.export.cells import alike, original, plain, shown
from annotate.export.corrections import VALUE_FIELDS, corrected, extent_of, fields_in
from annotate.export.outcome import Mismatch, MismatchError, Taken, equal, made, recorded
from annotate.export.sheets import Line, lines
from annotate.export.table import VALUES, VERDICTS, Row, decided_digest, found_digest, row_of
from annotate.review.carry import same_value
from annotate.review.decisions import Decision, DecisionError, Draft, Entity, Journal

_LONGEST_COMMENT = 4000


def taken(path: Path, out: str | Path, decisions: Iterable[Decision]) -> Taken:
    """What the rows of a file say that is not decided yet, against an output and the reviewer's decisions on it."""
    by_document: dict[str, list[Line]] = {}
    found = Taken()
    for line in lines(path):
        found.rows += 1
        by_document.setdefault(plain(line.cells["document"]), []).append(line)
    for article in articles(out, decisions):
        for_it = by_document.pop(plain(shown(article.id)), ())
        if for_it:
            _article(article, for_it, found)
    for line in (line for some in by_document.values() for line in some):
        if _is_as_exported(line.cells):
            found.outdated += 1
        else:
            found.mismatches.append(Mismatch(line.where, f"no document {line.cells['document']!r} is in the output"))
    found.mismatches.sort(key=lambda one: [len(one.where), one.where])
    return found


def take(path: Path, out: str | Path, journal: Journal, *, key: str) -> Taken:
    """Record what the rows of a file decide, all or nothing: nothing where a row does not fit."""
    return recorded(journal, key, lambda mine: taken(path, out, mine))


def _article(article: Article, some: Iterable[Line], found: Taken) -> None:
    """The rows of one article."""
    entries = article.entries()
    said: dict[tuple[int, int, str], tuple[Line, Draft | None]] = {}
    for line in some:
        try:
            entry, draft = _row(article, entries, line.cells)
        except (MismatchError, DecisionError) as error:
            if _is_as_exported(line.cells):
                found.outdated += 1
            else:
                found.mismatches.append(Mismatch(line.where, str(error)))
            continue
        place = entry.start, entry.end, entry.label
        if place in said and said[place][1] != draft:
            found.mismatches.append(Mismatch(line.where, f"says otherwise than {said[place][0].where} of the same"))
        elif place not in said:
            said[place] = line, draft
            found.drafts += [] if draft is None else [draft]


def _is_as_exported(cells: Mapping[str, str]) -> bool:
    """Whether nothing in a row was changed that counts, as it itself tells."""
    return cells["check"].strip() == f"{found_digest(cells)}-{decided_digest(cells)}"


def _row(article: Article, entries: list[Entry], cells: Mapping[str, str]) -> tuple[Entity, Draft | None]:
    """The entity of a row, and what it decides about it, None where it decides nothing."""
    verdict = _verdict(cells)
    if not cells["check"].strip():
        return _added(article, entries, cells, verdict)
    entry = _entry(article, entries, cells)
    now = row_of(article, entry)
    _check(cells, now)
    fields = _edited(cells, now)
    base = cells["check"].strip().partition("-")[2]
    if not fields and (decided_digest(cells) == base or _decides_the_same(cells, now)):
        return entry.entity, None
    if base != decided_digest(now):
        other = now["verdict"] or "no verdict any more"
        raise MismatchError(f"this was decided elsewhere since the export ({other}); export again, or clear the row")
    return entry.entity, _draft(
        article, entry, verdict, _fields(cells, now, fields, entry), _comment(cells, now, entry)
    )


def _verdict(cells: Mapping[str, str]) -> str:
    verdict = plain(cells["verdict"]).lower()
    if verdict and verdict not in VERDICTS:
        raise MismatchError(f"{cells['verdict']!r} is no verdict; there are {', '.join(VERDICTS)}")
    return verdict


def _offset(cells: Mapping[str, str], name: str) -> int:
    text = cells[name].strip()
    if not text.isdecimal() or len(text) > 12:
        raise MismatchError(f"{name} is {cells[name]!r}, which is no offset")
    return int(text)


def _entry(article: Article, entries: list[Entry], cells: Mapping[str, str]) -> Entry:
    """The entity that a row is about; raises where the record has another one there, or none."""
    if cells["text_sha256"].strip() != article.carrier.hash:
        raise MismatchError(f"the text of {article.id!r} is not the one that was exported (text_sha256)")
    start, end = _offset(cells, "start"), _offset(cells, "end")
    there = [entry for entry in entries if (entry.entity.start, entry.entity.end) == (start, end)]
    base = cells["check"].strip().partition("-")[0]
    for entry in there:
        if found_digest(row_of(article, entry)) == base:
            return entry
    if len(there) != 1:
        raise MismatchError(f"[{start}:{end}] of {article.id!r} holds nothing that was exported (start, end)")
    return there[0]


def _check(cells: Mapping[str, str], now: Row) -> None:
    """Raise where a row is not of the entity that its offsets lead to."""
    if not alike(cells["surface"], str(now["surface"])):
        raise MismatchError(
            f"the surface is {cells['surface']!r}, but [{now['start']}:{now['end']}] is {now['surface']!r}; "
            "another extent is written in the correction: words=…"
        )
    if cells["check"].strip().partition("-")[0] != found_digest(now):
        raise MismatchError("its label or value is no longer the one that was exported; export again")


def _edited(cells: Mapping[str, str], now: Row) -> dict[str, str]:
    """What was changed in the columns of what was found, as fields of a correction."""
    names = ("label", *(column.name for column in VALUES))
    return {
        name.removeprefix("value."): original(cells[name])
        for name in names
        if name in cells and not alike(cells[name], str(now.get(name, "")))
    }


def _decides_the_same(cells: Mapping[str, str], now: Row) -> bool:
    return decided_digest({**cells, "verdict": plain(cells["verdict"]).lower()}) == decided_digest(now)


def _fields(cells: Mapping[str, str], now: Row, edited: Mapping[str, str], entry: Entry) -> Mapping[str, str] | Entity:
    """The fields of a row's correction; the correction itself, where it is the one that there was."""
    if not edited and entry.standing.correction and plain(cells["correction"]) == plain(str(now["correction"])):
        return entry.standing.correction
    fields = fields_in(original(cells["correction"]))
    for name, text in edited.items():
        if name in fields and plain(fields[name]) != plain(text):
            raise MismatchError(f"{name} is {text!r} in its column, and {fields[name]!r} in the correction")
    return {**fields, **edited}


def _comment(cells: Mapping[str, str], now: Row, entry: Entry) -> str:
    """The comment of a row, to the character the one that there was, where it was not changed."""
    if plain(cells["comment"]) == plain(str(now["comment"])):
        return entry.standing.comment
    return original(cells["comment"]).strip()[:_LONGEST_COMMENT]


def _draft(
    article: Article, entry: Entry, verdict: str, asked: Mapping[str, str] | Entity, comment: str
) -> Draft | None:
    """The decision that an edited row comes to."""
    standing, is_addition = entry.standing, entry.id is None
    verdict = verdict or ("correct" if asked else "flag" if comment else "reject" if is_addition else "undo")
    if is_addition and verdict in ("add", "accept"):
        verdict = "correct" if asked else "add"
    elif verdict == "add":
        raise MismatchError("`add` is for what was not found; of a row of its own, without id and check")
    if asked and verdict != "correct":
        raise MismatchError(f"says {verdict}, and has a correction; choose correct, or clear the correction")
    if verdict == "correct" and not asked:
        raise MismatchError("says correct, but neither its correction nor its value says what is right")
    if verdict == "undo":
        return None if not standing.undoes else made(article, "undo", entry.entity, undoes=standing.undoes)
    wanted = asked if isinstance(asked, Entity) else corrected(entry.entity, asked, article.carrier) if asked else None
    if wanted is not None and equal(wanted, entry.entity):
        raise MismatchError("its correction is what was found")
    if verdict == "add":  # its comment alone was changed
        return made(article, "correct", entry.entity, entry.entity, comment=comment)
    return made(article, verdict, entry.entity, wanted, comment=comment)


def _added(
    article: Article, entries: list[Entry], cells: Mapping[str, str], verdict: str
) -> tuple[Entity, Draft | None]:
    """What a row adds that nothing had been found for; None where that was added before."""
    if verdict != "add":
        raise MismatchError("its check is empty; only a row that says `add` does without")
    if cells.get("id", "").strip():
        raise MismatchError("says `add`, and has an id; what is added has none")
    if cells["text_sha256"].strip() not in ("", article.carrier.hash):
        raise MismatchError(f"the text of {article.id!r} is not the one that was exported (text_sha256)")
    start, end = _place(article, cells)
    label = plain(cells["label"]).upper()
    stated = {key: original(cells.get(f"value.{key}", "")) for key in VALUE_FIELDS}
    fields = {key: text for key, text in stated.items() if text.strip()} | fields_in(original(cells["correction"]))
    empty = Entity(start, end, article.carrier.text[start:end], label, {})
    wanted = corrected(empty, fields, article.carrier)
    for entry in entries:
        entity = entry.entity
        if (entity.start, entity.end, entity.label) == (wanted.start, wanted.end, wanted.label):
            if entry.id is None and same_value(entity.value, wanted.value):
                return entity, None
            raise MismatchError(f"{wanted.label} at [{wanted.start}:{wanted.end}] has a row of its own already")
    return wanted, made(article, "add", None, wanted, comment=original(cells["comment"]).strip()[:_LONGEST_COMMENT])


def _place(article: Article, cells: Mapping[str, str]) -> tuple[int, int]:
    """Where the words of an added entity stand: at its start, or where they stand once only."""
    words = original(cells["surface"])
    text = article.carrier.text
    if not cells["start"].strip():
        return extent_of(words, 0, len(text), text)
    start = _offset(cells, "start")
    found = [place for place in _places(words, start, text) if place[0] == start]
    if not found:
        raise MismatchError(f"[{start}:] of {article.id!r} does not begin with {words!r}")
    return found[0]


def _places(words: str, start: int, text: str) -> Iterator[tuple[int, int]]:
    try:
        yield extent_of(words, start, start + 1, text)
    except DecisionError:
        return
