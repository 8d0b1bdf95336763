"""The rules of all languages that a pipeline may meet: each language's read when it is first met, and kept."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from functools import cached_property
from hashlib import blake2b

from annotate.matching.match import Engine
from annotate.options import Options
from annotate.rules import compiled, patterns, tags
from annotate.rules.grammar import Grammar
from annotate.rules.patterns import Fault
from annotate.text.detect import UNDECIDED, Detector, LangDetect

#: How much likelier than another language one with patterns for everything is, before any text is seen: a user of
#: Dutch patterns has Dutch articles, and a short Dutch sentence looks much like an Afrikaans one.
_CURATED_PRIOR = 300.0


class Rulebook:
    """What a pipeline knows of languages: which there are, which a text is in, and the rules of each.

    `on_load` is told of each language whose rules have been loaded.
    """

    def __init__(self, options: Options, on_load: Callable[[str], None]) -> None:
        self._options = options
        self._on_load = on_load
        self._engines: dict[str, Engine] = {}
        self._fingerprints: dict[tuple[str, ...], str] = {}
        self.roots = patterns.folders(options.patterns, built_in=options.built_in)

    @cached_property
    def detector(self) -> Detector:
        """The detector that the options name."""
        only = {tags.primary(lang) for lang in self._options.languages} or None
        return LangDetect(only, dict.fromkeys(self.thorough, _CURATED_PRIOR))

    @cached_property
    def curated(self) -> list[str]:
        """The languages with patterns of their own."""
        return patterns.languages(self.roots)

    @property
    def languages(self) -> list[str]:
        """The languages whose patterns are checked before the first text: all that it may well meet."""
        given = [self._options.lang] if self._options.lang else self._options.languages
        return sorted({tags.primary(lang) for lang in given}) or self.curated or ["en"]

    def check(self) -> list[Fault]:
        """All faults of the pattern files of its languages, so that none is met halfway.

        Built-in files are left out where they are those of an installed package.
        """
        langs = self.concerned if patterns.PACKAGED and self._options.built_in else self.languages
        return compiled.faults_of(langs, self.roots)

    @property
    def concerned(self) -> list[str]:
        """Of its languages those for which the user's own pattern files are read."""
        own = [root for root in self.roots if root != patterns.BUILT_IN]
        return [lang for lang in self.languages if patterns.concerns(lang, own)]

    @cached_property
    def thorough(self) -> list[str]:
        """Languages with patterns for agreements, too: those that users of this tool mostly read."""
        return [lang for lang in self.curated if any((r / lang / "agreements.yaml").is_file() for r in self.roots)]

    def engine(self, lang: str) -> Engine | None:
        """The rules of a language, None for `und`; raises PatternError where its files have faults."""
        if lang == UNDECIDED:
            return None
        if lang not in self._engines:
            self._engines[lang] = Engine(compiled.load(lang, self.roots))
            gc.freeze()  # rules and word lists live as long as the process: no collection need walk them again
            self._on_load(lang)
        return self._engines[lang]

    def fingerprint(self, langs: Sequence[str]) -> str:
        """A fingerprint of the pattern files of some languages; of all where none is named."""
        found = self._fingerprints.get(key := tuple(langs))
        if found is None:
            each = [patterns.fingerprint(lang, self.roots) for lang in langs or self.curated]
            found = self._fingerprints[key] = blake2b(repr(each).encode(), digest_size=8).hexdigest()
        return found

    def use(self, grammar: Grammar) -> None:
        """Annotate a language with this grammar, whatever its files say."""
        self._engines[grammar.lang] = Engine(grammar)
