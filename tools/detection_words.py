"""Make src/annotate/text/words.json: what the detector knows of each language besides its n-grams.

Common words are spaCy's stop words of up to five letters (longer ones are told by their n-grams), of languages that
share their script with others; names of months and days are CLDR's. Run it when spaCy or Babel have better lists:

    python tools/detection_words.py
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import spacy
from babel import Locale

from annotate.rules import cldr
from annotate.text import profiles

TARGET = Path(profiles.__file__).with_name("words.json")
SPACY = Path(spacy.__file__).parent / "lang"
#: Where spaCy has another code, and three languages for which it has no list.
CODES = {"no": "nb"}
OWN = {
    "sw": "na ya wa kwa ni za la cha vya kuwa hii hiyo huyo kama baada pia au hata wake yake yao wao hilo ili bado",
    "so": "iyo oo ah ka ku la waa in ee loo waxa uu ay aan wax si kale mid laga lagu kaas taas waxay kuwa soo ayaa",
    "cy": "yn y i a o mae ar yr ac wedi bod am gan ei fod eu hyn nid oedd ond gyda ein nad bydd dros cael sydd un wrth",
}


def common_words(lang: str) -> Iterator[str]:
    """The strings of spaCy's file of stop words, word by word."""
    yield from OWN.get(lang, "").split()
    path = SPACY / CODES.get(lang, lang) / "stop_words.py"
    if path.is_file():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from node.value.split()


def names_of_dates(locale: Locale | None, width: str) -> list[str]:
    """Months and weekdays, `wide` or `abbreviated`."""
    names: set[str] = set()
    for fields in (locale.months, locale.days) if locale else ():
        for context in ("format", "stand-alone"):
            names.update(name.strip().rstrip(".") for name in dict(fields.get(context, {}).get(width, {})).values())
    return sorted(name for name in names if re.fullmatch(r"[^\W\d_]{3,}", name))


def main() -> None:
    """Write the file."""
    known = profiles.load()
    written = dict(zip(known.bases, known.scripts, strict=True))
    shared = Counter(script for scripts in written.values() for script in scripts)
    found = {}
    for lang, scripts in sorted(written.items()):
        locale = cldr.locale(lang)
        words = common_words(lang) if any(shared[script] > 2 for script in scripts) else ()
        found[lang] = {
            "words": sorted({word.lower() for word in words if re.fullmatch(r"[^\W\d_]{1,5}", word)}),
            "dates": names_of_dates(locale, "wide"),
            "short": names_of_dates(locale, "abbreviated"),
        }
    rows = [f'"{lang}": {json.dumps(lists, ensure_ascii=False)}' for lang, lists in found.items()]
    TARGET.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
