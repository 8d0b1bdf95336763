"""UIMA CAS in XMI, through dkpro-cassis, for INCEpTION and other programs of UIMA; and back.

The entities are annotations of one custom span layer: `label`, `value` as the text of a correction, `identifier` and
`rule`. Tokens and sentences are DKPro's, so that INCEpTION makes none of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from annotate.export import xml_text
from annotate.export.articles import Article, ExportError
from annotate.export.exchange import Given, Returned, stated_values
from annotate.export.file_names import file_name
from annotate.export.formats import Written
from annotate.export.sentenced import stretches, words_of
from annotate.export.tickets import LAYER, Tickets, TicketWriter
from annotate.extras import install_command
from annotate.storage.write import to_bytes

_SEGMENTATION = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type."
_SENTENCE, _TOKEN = _SEGMENTATION + "Sentence", _SEGMENTATION + "Token"
#: What a document carries besides: no annotation, so that annotation tools leave it alone.
_DOCUMENT = "annotate.Document"
FEATURES = ("identifier", "label", "rule", "value")
SYSTEM = "TypeSystem.xml"


def write(articles: Iterable[Article], path: Path) -> Written:
    """A file of XMI for each article, the type system of all, and their tickets."""
    cassis = _library()
    system = _type_system(cassis)
    system.to_xml(path / SYSTEM)
    done = Written()
    replaced = 0
    with TicketWriter(path) as tickets:
        for article in articles:
            done.count += 1
            replaced += xml_text.replaced(article.record["text"])
            name = file_name(done.count, article.id)
            _cas(cassis, system, article).to_xmi(path / f"{name}.xmi")
            tickets.add(name, article)
    done.notes += xml_text.note_of(replaced)
    return done


def _library() -> Any:
    try:
        import cassis
    except ImportError as error:
        raise ExportError(f"UIMA CAS needs {error.name}; {install_command('uima')}") from error
    return cassis


def _type_system(cassis: Any) -> Any:
    system = cassis.TypeSystem(add_document_annotation_type=True)
    annotation = "uima.tcas.Annotation"
    system.create_type(name=_SENTENCE, supertypeName=annotation)
    system.create_type(name=_TOKEN, supertypeName=annotation)
    for name, supertype, features in (
        (LAYER, annotation, FEATURES),
        (_DOCUMENT, "uima.cas.TOP", ("id", "source", "date", "facts")),
    ):
        made = system.create_type(name=name, supertypeName=supertype)
        for feature in features:
            system.create_feature(domainType=made, name=feature, rangeType="uima.cas.String")
    return system


def _cas(cassis: Any, system: Any, article: Article) -> Any:
    """An article as a CAS; cassis itself makes units of UTF-16 of code points."""
    record = article.decided().record
    spans, meta = record["spans"], record["meta"]
    cas = cassis.Cas(typesystem=system)
    cas.sofa_string = xml_text.allowed(record["text"])
    cas.sofa_mime = "text/plain"
    cas.document_language = record["lang"]
    sentence, token, entity = (system.get_type(name) for name in (_SENTENCE, _TOKEN, LAYER))
    text = record["text"]
    for start, end in stretches(text, spans):
        words = text[start:end]
        if words.strip():
            start += len(words) - len(words.lstrip())
            cas.add(sentence(begin=start, end=start + len(words.strip())))
    for start, word in words_of(text, spans):
        cas.add(token(begin=start, end=start + len(word)))
    for span, stated in zip(spans, stated_values(record), strict=True):
        told = {
            "identifier": span["id"],
            "label": span["label"],
            "rule": span["rule"],
            "value": xml_text.allowed(stated),
        }
        cas.add(entity(begin=span["start"], end=span["end"], **told))
    facts = xml_text.allowed(to_bytes({"facts": record["facts"]}).decode().rstrip("\n"))
    about = {"id": xml_text.allowed(article.id), "source": xml_text.allowed(meta["source"]), "date": meta["date"]}
    cas.add(system.get_type(_DOCUMENT)(**about, facts=facts))
    return cas


def read(path: Path) -> Iterator[Returned]:
    """The documents of a folder of XMI files, as INCEpTION or another tool has left them."""
    cassis = _library()
    tickets = Tickets(path)
    for file in tickets.files("xmi"):
        where = str(file.relative_to(path))
        system = _system_of(cassis, file, path)
        try:
            with file.open("rb") as opened:
                cas = cassis.load_cas_from_xmi(opened, typesystem=system, lenient=True)
        except (ValueError, KeyError, RuntimeError, SyntaxError) as error:
            raise ExportError(f"{path}: {where}: is no CAS of its type system: {error}") from error
        text = cas.sofa_string or ""
        known = tickets.of(file, text)
        given = []
        for one in cas.select(LAYER) if system.contains_type(LAYER) else ():
            if not one.label or not 0 <= one.begin < one.end <= len(text):
                raise ExportError(f"{path}: {where}: an annotation needs a label, and a place in the text")
            given.append(Given(one.begin, one.end, one.label, one.value))
        yield Returned(where, known, given, False)


def _system_of(cassis: Any, file: Path, folder: Path) -> Any:
    """The type system of a file: the one beside it, else that of the export."""
    for place in (file.parent, folder):
        if (place / SYSTEM).is_file():
            with (place / SYSTEM).open("rb") as opened:
                return cassis.load_typesystem(opened)
    return _type_system(cassis)
