"""The words of a text that frames know: verbs with their event, and what stands around them."""

from __future__ import annotations

from dataclasses import dataclass

from annotate.linking.phrases import Phrases
from annotate.rules.grammar import Grammar
from annotate.text.tokens import Tokens

#: The lists whose words are verbs, the one that tells most first.
VERBS = ("told", "now", "open")


@dataclass(slots=True)
class Cue:
    """Words of a frame list at their place: those of a verb with their event."""

    i: int
    j: int
    list: str
    event: str


class Cues:
    """The frame lists of a language, by the first word of each form."""

    def __init__(self, grammar: Grammar) -> None:
        self._phrases: Phrases[tuple[str, str]] = Phrases()
        self.any = bool(grammar.frames.get("told"))
        for name, forms in grammar.frames.items():
            if name not in ("demonym", "ending"):
                for form, event in forms.items():
                    self._phrases.add(form, (name, event))

    def find(self, tokens: Tokens, first: int, last: int) -> dict[int, list[Cue]]:
        """The cues of a stretch of tokens by their first token, the longest at each place."""
        found = self._phrases.find(tokens, first, last)
        return {i: [Cue(i, j, name, event) for name, event in whats] for i, j, whats in found}


_KNOWN: dict[str, tuple[Grammar, Cues]] = {}


def cues_of(grammar: Grammar) -> Cues:
    """The cues of a language, made once."""
    known = _KNOWN.get(grammar.lang)
    if known is None or known[0] is not grammar:
        known = _KNOWN[grammar.lang] = grammar, Cues(grammar)
    return known[1]
