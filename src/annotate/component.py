"""The pipeline as a component of spaCy's: `nlp.add_pipe("annotate")`, on a blank pipeline or a trained one.

spaCy finds it through an entry point, so nothing has to be imported; `import annotate.component` only registers the
extension attributes for who reads a `DocBin` without the pipeline. The text is read by our own stages, from the
characters alone, and the spans are laid on the tokens that the pipeline has.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, get_args

import srsly
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.records import Document
from annotate.rules import tags
from annotate.rules.labels import label_names
from annotate.rules.patterns import PatternError

Ents = Literal["none", "fill", "override"]
Alignment = Literal["expand", "strict"]
#: What a language of spaCy's says that is none.
_ANY = frozenset({"xx", "mul"})
_PATTERNS = "patterns"


def span_value(span: Span) -> Any:
    """The value of a span, as a plain dict with the keys of the record; None for one that is not ours."""
    found = _found(span)
    return found and found["value"]


def _found(span: Span) -> Mapping[str, Any] | None:
    """What the record says of a span: that of its tokens and label, and of its rule where several have those."""
    record = span.doc._.annotate or {}
    place = (span.start, span.end - 1, span.label_)
    same = [s for s in record.get("spans", ()) if (s["token_start"], s["token_end"], s["label"]) == place]
    return next((s for s in same if s["rule"] == span.id_), same[0] if same else None)


def _register() -> None:
    if not Doc.has_extension("annotate"):
        Doc.set_extension("annotate", default=None)
    if not Doc.has_extension("date"):
        Doc.set_extension("date", default=None)
    if not Span.has_extension("value"):
        Span.set_extension("value", getter=span_value)
    elif Span.get_extension("value")[2] is not span_value:
        raise ValueError("Span._.value is another extension's already; annotate keeps the values of its spans there")


_register()


class AnnotateComponent:
    """Finds dates, sums, agreements and partnerships in a `Doc`, and sets `doc.spans`, `doc._.annotate` and `doc.ents`.

    >>> import spacy
    >>> nlp = spacy.blank("nl")
    >>> component = nlp.add_pipe("annotate")
    >>> doc = nlp("Op 18 januari 1950 kostte het 2,5 miljard euro.")
    >>> [(span.text, span.label_, span.id_) for span in doc.spans["annotate"]]
    [('18 januari 1950', 'DATE', 'dates/day-month-year'), ('2,5 miljard euro', 'MONEY', 'money/amount-currency')]
    >>> doc.spans["annotate"][1]._.value["amount"]
    '2500000000'
    """

    def __init__(
        self,
        *,
        nlp_lang: str | None,
        labels: Sequence[str] = (),
        patterns: Sequence[str | Path] = (),
        built_in: bool = True,
        spans_key: str = "annotate",
        ents: Ents = "none",
        alignment_mode: Alignment = "expand",
        lang: str | None = None,
        region: str | None = None,
    ) -> None:
        _register()
        _one_of("ents", ents, get_args(Ents))
        _one_of("alignment_mode", alignment_mode, get_args(Alignment))
        if lang not in (None, "detect"):
            lang = tags.stated_language(lang)
        self.spans_key, self.ents, self.alignment_mode, self.lang = spans_key, ents, alignment_mode, lang
        self._nlp_lang = tags.language_tag(nlp_lang) if nlp_lang and nlp_lang not in _ANY else None
        self._options = Options(tuple(map(Path, patterns)), built_in, region=region, labels=tuple(labels))
        #: How many spans the tokens of all documents so far have cut: `expanded`, or `left_out` when strict.
        self.counts: Counter[str] = Counter()
        self._pipeline: Pipeline | None = None
        if all(root.is_dir() for root in self._options.patterns):
            self._pipeline = self._checked()  # else `from_disk` may bring what the config says stands elsewhere

    @property
    def pipeline(self) -> Pipeline:
        """The stages, with their rules checked; in another process they are made anew."""
        if self._pipeline is None:
            self._pipeline = self._checked()
        return self._pipeline

    def _checked(self) -> Pipeline:
        for root in self._options.patterns:
            if not root.is_dir():
                raise ValueError(f"annotate: {root} is no folder with patterns")
        pipeline = Pipeline(self._options)
        if faults := pipeline.rulebook.check():
            raise PatternError(faults)
        for label in self._options.labels:
            _one_of("labels", label, sorted(label_names(pipeline.rulebook.roots)))
        return pipeline

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_pipeline": None}

    # -- one document

    def __call__(self, doc: Doc) -> Doc:
        """Annotate a document; raises FieldError where its date, language or region says nothing that is known."""
        record = self.pipeline.annotate(self._document(doc)).to_dict()
        alignment = {"expanded": 0, "left_out": 0}
        spans: list[Span] = []
        for found in record["spans"]:
            span = doc.char_span(
                found["start"],
                found["end"],
                label=found["label"],
                alignment_mode=self.alignment_mode,
                span_id=found["rule"],
            )
            found["token_start"], found["token_end"] = (None, None) if span is None else (span.start, span.end - 1)
            if span is None:
                alignment["left_out"] += 1
                continue
            alignment["expanded"] += (span.start_char, span.end_char) != (found["start"], found["end"])
            spans.append(span)
        record["alignment"] = alignment
        self.counts.update(alignment)
        doc._.annotate = record
        doc.spans[self.spans_key] = spans
        if self.ents != "none":
            first, second = (doc.ents, _longest(spans)) if self.ents == "fill" else (_longest(spans), doc.ents)
            taken = {token.i for span in first for token in span}
            free = [span for span in second if taken.isdisjoint(range(span.start, span.end))]
            doc.ents = sorted([*first, *free], key=lambda span: span.start)
        return doc

    def _document(self, doc: Doc) -> Document:
        """What is known of a document: by its own attributes, else by the context that `as_tuples` came with."""
        context = doc._context if isinstance(doc._context, Mapping) else {}
        day = doc._.date or context.get("date")
        if isinstance(day, date | datetime):
            day = day.isoformat()[:10]
        given = None if self.lang == "detect" else self.lang or self._nlp_lang
        return Document(
            id=str(context.get("id", "doc")),
            text=doc.text,
            source="spacy",
            lang=context.get("lang") or given,
            region=context.get("region"),
            date=day,
            date_source="record" if day else None,
        )

    # -- on the disk

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The pattern files of one's own, as bytes; all else stands in the config of the pipeline."""
        files = {} if _PATTERNS in exclude else _files(self._options.patterns)
        return bytes(srsly.msgpack_dumps(files))

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> AnnotateComponent:
        """Take the pattern files that `to_bytes` gave; they are checked, and stand in the place of those of the config.

        They are kept in a folder of their own, which goes when the component does.
        """
        files = {} if _PATTERNS in exclude else srsly.msgpack_loads(data)
        if files:
            folder = tempfile.mkdtemp(prefix="annotate-patterns-")
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
            self._use(_written(files, Path(folder)))
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Keep the pattern files of one's own beside the pipeline, so that it works on another machine."""
        place = Path(path)
        place.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(place / _PATTERNS, ignore_errors=True)
        if _PATTERNS not in exclude:
            _written(_files(self._options.patterns), place / _PATTERNS)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> AnnotateComponent:
        """Take the pattern files that `to_disk` kept."""
        kept = Path(path) / _PATTERNS
        if _PATTERNS not in exclude and kept.is_dir():
            self._use(
                sorted((root for root in kept.iterdir() if root.name.isdecimal()), key=lambda root: int(root.name))
            )
        return self

    def _use(self, roots: Sequence[Path]) -> None:
        given = self._options
        self._options = Options(tuple(roots), given.built_in, region=given.region, labels=given.labels)
        self._pipeline = self._checked()


def _one_of(name: str, given: str, known: Sequence[str]) -> None:
    if given not in known:
        raise ValueError(f"annotate: {name} is {given!r}; write one of {', '.join(known)}")


def _longest(spans: Sequence[Span]) -> list[Span]:
    """Spans that do not overlap: of several the longest, and of those the first."""
    return list(filter_spans(spans))


def _files(roots: Sequence[Path]) -> dict[str, str]:
    """The pattern files below some folders, by the number of the folder and the path in it."""
    return {
        f"{number}/{path.relative_to(root).as_posix()}": path.read_text(encoding="utf-8")
        for number, root in enumerate(roots)
        for path in sorted([*root.glob("*/*.yaml"), *root.glob("shared/names/*.yaml")])
    }


def _written(files: Mapping[str, str], folder: Path) -> list[Path]:
    """Write pattern files below a folder, by paths of three parts or more that stay in it; their roots."""
    roots: dict[str, Path] = {}
    for name, content in files.items():
        number, *inner = name.split("/")
        if len(inner) < 2 or not {"", "..", "."}.isdisjoint((number, *inner)) or not name.endswith(".yaml"):
            raise ValueError(f"annotate: {name!r} is no pattern file")
        path = roots.setdefault(number, folder / number).joinpath(*inner)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return list(roots.values())


@Language.factory(
    "annotate",
    default_config={
        "labels": [],
        "patterns": [],
        "built_in": True,
        "spans_key": "annotate",
        "ents": "none",
        "alignment_mode": "expand",
        "lang": None,
        "region": None,
    },
    assigns=["doc.spans", "doc.ents", "doc._.annotate", "span._.value"],
)
def make(
    nlp: Language,
    name: str,
    labels: list[str],
    patterns: list[str],
    built_in: bool,
    spans_key: str,
    ents: str,
    alignment_mode: str,
    lang: str | None,
    region: str | None,
) -> AnnotateComponent:
    """The component, by its config.

    `labels` are those that are written, all where none is named; `patterns` folders of your own, laid over the
    built-in ones; `ents` whether entities stay (`none`), ours fill the gaps (`fill`) or go before (`override`);
    `alignment_mode` what becomes of a span that a token cuts: `expand` to the token, or left out (`strict`). `lang` is
    that of the documents, `detect` finds it for each; without, it is that of the pipeline, and in `xx` it is detected.
    Raises ValueError where a setting is none of these, PatternError with all faults of the pattern files.
    """
    return AnnotateComponent(
        nlp_lang=nlp.lang,
        labels=labels,
        patterns=patterns,
        built_in=built_in,
        spans_key=spans_key,
        ents=ents,  # type: ignore[arg-type]  # checked there
        alignment_mode=alignment_mode,  # type: ignore[arg-type]
        lang=lang,
        region=region,
    )
