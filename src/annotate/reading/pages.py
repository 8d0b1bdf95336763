"""Documents that are web pages to those of their articles; apart from `read`, as it takes longer than all the rest."""

from __future__ import annotations

from dataclasses import replace

from annotate.reading import webpage
from annotate.reading.decode import ReadError
from annotate.records import Document


def extracted(document: Document) -> Document:
    """The article of a page, with its title, address and date; a document that is no page comes back as it is.

    Raises ReadError where there is no article in it, or the page cannot be parsed.

    >>> page = Document("a", "<p>It grew fast in the years since 2008, the minister said.</p>", "a", is_page=True)
    >>> extracted(page).text
    'It grew fast in the years since 2008, the minister said.'
    """
    if not document.is_page:
        return document
    page = _page(document.text)
    own = replace(document, text=page.text, meta={**page.meta, **document.meta}, is_page=False)
    if page.day is None or document.date_source not in (None, "filename"):
        return own
    return replace(own, date=page.day, date_source="html")


def _page(text: str) -> webpage.Page:
    try:
        page = webpage.extract(text)
    except ReadError:
        raise
    except Exception as error:  # pages are endlessly broken, and it is a large library that parses them
        message = f"cannot be parsed ({type(error).__name__}); save the article as .txt"
        raise ReadError("bad-html", message) from error
    if page.text.isspace():
        raise ReadError("empty", "no article found in this page; save its text as .txt")
    return page
