"""Tokens whose texts give the text back to the character, as spaCy and Prodigy want them.

Our own tokens leave white space and invisible signs out. Here they are tokens too, in spaCy's way: one space behind a
token belongs to it (`ws`), and what white space there is besides is a token of its own. Spans are never cut: where one
begins or ends inside a token, because a reviewer has said so, the token is cut in two.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from annotate.text.tokenise import tokenise


@dataclass(slots=True)
class WholeTokens:
    """All of a text in tokens: `words[i]` stands at `starts[i]`, and one space follows it where `spaces[i]`."""

    words: list[str]
    starts: list[int]
    spaces: list[bool]

    def within(self, start: int, end: int) -> tuple[int, int]:
        """The tokens that hold the characters from `start` to `end`, as a half-open range.

        >>> whole_tokens("In 2008.").within(3, 7)
        (1, 2)
        """
        return bisect_right(self.starts, start) - 1, bisect_left(self.starts, end)

    def rows(self) -> Iterator[dict[str, Any]]:
        """The tokens as Prodigy has them.

        >>> [*whole_tokens("In 2008").rows()][1]
        {'text': '2008', 'start': 3, 'end': 7, 'id': 1, 'ws': False}
        """
        for number, (word, start, space) in enumerate(zip(self.words, self.starts, self.spaces, strict=True)):
            yield {"text": word, "start": start, "end": start + len(word), "id": number, "ws": space}


def whole_tokens(text: str, spans: Sequence[Mapping[str, Any]] = ()) -> WholeTokens:
    r"""The tokens of a text, cut where spans begin and end.

    >>> made = whole_tokens("In  2008,\r\nsince")
    >>> [*zip(made.words, made.spaces)]
    [('In', True), (' ', False), ('2008', False), (',', False), ('\r\n', False), ('since', False)]
    """
    own = tokenise(text)
    begins = [span["start"] for span in spans]
    ends = {span["end"] for span in spans}
    edges = {0, len(text), *own.starts, *begins, *ends}
    edges.update(start + len(word) for start, word in zip(own.starts, own.words, strict=True))
    begun = {*begins}
    made = WholeTokens([], [], [])
    for start, end in pairwise(sorted(edges)):
        at = start
        if text[at] == " " and at not in begun and not (end == at + 1 and end in ends) and _may_have_space(made):
            made.spaces[-1] = True
            at += 1
        if at < end:
            made.words.append(text[at:end])
            made.starts.append(at)
            made.spaces.append(False)
    return made


def _may_have_space(made: WholeTokens) -> bool:
    """Whether the last token is one that a space may belong to: no white space, and none behind it yet."""
    return bool(made.words) and not made.spaces[-1] and not made.words[-1].isspace()
