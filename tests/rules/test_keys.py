"""What the keys of word lists may be: declared for each, and true of what CLDR fills in."""

from __future__ import annotations

import pytest

from annotate.rules import cldr
from annotate.rules.checked import checked
from annotate.rules.keys import KINDS, SLOTS, keys_of
from annotate.rules.models import Description
from annotate.rules.patterns import BUILT_IN, folders, languages, warnings_of

SHARED = checked((BUILT_IN / "shared" / "lists.yaml").read_text(encoding="utf-8"))
assert SHARED is not None
DECLARED = {str(name): what for name, what in SHARED.model.describe.items()}


def declared(name: str) -> str | tuple[str, ...]:
    what = DECLARED[name]
    assert isinstance(what, Description)
    return tuple(map(str, what.keys)) if isinstance(what.keys, list) else str(what.keys)


def test_every_list_declares_its_keys() -> None:
    """Each list that is described for all languages says what its keys may be, and says it so that it is read."""
    assert [name for name, what in DECLARED.items() if not isinstance(what, Description)] == []
    assert all(keys_of(declared(name)) for name in DECLARED)


def test_every_kind_of_keys_is_used() -> None:
    """No kind of keys is there for nothing; `any` is what a list has that does not say."""
    used = {str(declared(name)).removesuffix("?") for name in DECLARED}
    used |= {str(keys).removesuffix("?") for slots in SLOTS.values() for keys in slots.values()}
    assert KINDS.keys() - used == {"any"}


@pytest.mark.parametrize("lang", ["nl", "en", "zh", "ja", "ar", "sw", "hi", "fi"])
def test_what_cldr_fills_in_has_such_keys(lang: str) -> None:
    """Values out of CLDR and num2words keep to what the lists declare."""
    wrong = {
        (name, key)
        for name, pairs in cldr.words_of(lang).items()
        for key, _ in pairs
        if keys_of(declared(name)).complaint(key)
    }
    assert wrong == set()


def test_built_in_tokens_can_all_match() -> None:
    """No built-in pattern asks for a word that no text can have."""
    assert [str(one) for lang in languages(folders()) for one in warnings_of(lang, folders())] == []
