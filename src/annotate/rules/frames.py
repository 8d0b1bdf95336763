"""What a language's `frames` may hold: the words by which linking tells who agreed what, and when.

They stand apart from the word lists of rules: no rule names them, so they cost the matching of a text nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from annotate.rules.keys import Keys, keys_of

#: What a verb can tell of an agreement or partnership. `held` is told of what stands since some day, `agreed`
#: names parties and no status (reach, initial); `other` tells nothing, and keeps the date beside it: announced.
EVENTS = (
    "signed",
    "ratified",
    "in_force",
    "negotiating",
    "terminated",
    "established",
    "upgraded",
    "held",
    "agreed",
    "other",
)

#: The lists of a frame file: what its words are, and what their keys may be.
LISTS: Mapping[str, tuple[str, str | tuple[str, ...]]] = {
    "told": ("forms of verbs that tell what has come about: signed, ondertekend", EVENTS),
    "now": ("present forms and nouns of action, which tell it with a date in the past only: signs, signing", EVENTS),
    "open": ("forms that leave it open: to sign", EVENTS),
    "planned": ("words that make a plan or a possibility of it: will, may, hopes, if", "none"),
    "denied": ("words that deny it: not, refused", "none"),
    "not_until": ("before the date that a denial runs to: not until 1994", "none"),
    "clause": ("signs and words that begin another clause: a comma, which, after", "none"),
    "clause_end": ("endings of verbs that end a clause: 했고, 지만", "none"),
    "relative": ("words that begin a clause about what stands before them, where it begins: which, das", "none"),
    "article": ("articles, also those that are glued on: l'", "none"),
    "state": ("behind adjectives of two countries that act: governments, 両政府", "none"),
    "and": ("words that join two clauses or parties", "none"),
    "since": ("beside the date since when something stands", "none"),
    "limit": ("before a date that is no date of the verb: until, by, before", "none"),
    "limit_after": ("the same behind it: まで, 까지", "none"),
    "of": ("between a name and the year that belongs to it: the treaty of 1957", "none"),
    "state_form": ("in official names of states and governments, beside the country's: Repubblica, Governo", "none"),
    "goal": ("beside the level that a partnership is raised to: to, lên, に", "none"),
    "adjunct": ("words that may stand with a date that is set off by commas: in, on, later", "none"),
    "link": ("before a party: between, with", "none"),
    "between": ("before all parties, so that no subject is one: between", "none"),
    "link_after": ("behind a party, where the agreement follows: との, 与…的", "none"),
    "worth_before": ("between a sum and the agreement that it is of: 규모의, の", "none"),
    "place": ("before a country that is a place and no party: in, from", "none"),
    "both": (
        "names of two that were told of: as countries, 両国, as parties of any sort, both sides, or by their relations",
        ("countries", "parties", "relations"),
    ),
    "pronoun": ("words for what the sentence before has named: it, il", "none"),
    "demonym": ("adjectives and short forms of countries and organisations: Vietnamese, franco, 越", "parties"),
    "ending": ("endings of names of countries: Вьетнам-ом", "none"),
}


def keys_for(name: str) -> Keys:
    """What the keys of a list may be.

    >>> keys_for("told").complaint("singed")
    "'singed' is no key of it; did you mean 'signed'?"
    """
    return keys_of(LISTS[name][1])
