"""How the forms of a known name are written: with the ending of the dictionary, and as texts have it in all others.

`соглашени~е` is a stem with the ending that is shown, and is found with any ending; `Abkommen(s)` is found with
the letters in parentheses and without them, `Vertr(ag/ags)` with one or the other.
"""

from __future__ import annotations

import re
from itertools import product

#: Letters in parentheses that are glued to the word before them: `Abkommen(s)`, but not `Missile (ABM) Treaty`.
_CHOICE = re.compile(r"(?<=\w)\(([^()\s]*)\)")
_ENDING = re.compile(r"~[^\W\d_]*")


def shown(form: str) -> str:
    """A form as one reads it.

    >>> shown("Парижск~ое соглашени~е"), shown("Pariser Abkommen(s)"), shown("=New START"), shown("Vertr(ag/ags)")
    ('Парижское соглашение', 'Pariser Abkommen', 'New START', 'Vertrag')
    """
    plain = _CHOICE.sub(lambda found: found[1].split("/")[0] if "/" in found[1] else "", form)
    return plain.removeprefix("=").replace("~", "")


def spelt(form: str) -> list[str]:
    """A form as word lists have it: stems with a star, and each choice of letters by itself.

    >>> spelt("Парижск~ое соглашени~е"), spelt("Pariser Abkommen(s)"), spelt("Vertr(ag/ags) von Rom")
    (['Парижск* соглашени*'], ['Pariser Abkommen', 'Pariser Abkommens'], ['Vertrag von Rom', 'Vertrags von Rom'])
    """
    pieces = _CHOICE.split(_ENDING.sub("*", form))
    choices = [[piece] if n % 2 == 0 else _choices(piece) for n, piece in enumerate(pieces)]
    return ["".join(chosen) for chosen in product(*choices)]


def _choices(written: str) -> list[str]:
    return written.split("/") if "/" in written else ["", written]
