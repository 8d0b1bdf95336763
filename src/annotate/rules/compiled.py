"""Compiled grammars and checked pattern files, kept from one run to the next.

What an entry holds is known by what it was made of: the content of the pattern files, the folders that they stand in,
and the versions of all programs that compile them. Another of any of these is another key, and compiles anew.
An entry is decoded into the types of `Grammar`, whatever does not fit them counts as missing, and nothing is executed.
"""

from __future__ import annotations

import gc
import inspect
import re
from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from annotate import usercache
from annotate.rules import patterns
from annotate.rules.grammar import Grammar, Lexicon
from annotate.rules.patterns import BUILT_IN, Fault, PatternError
from annotate.version import software

_CHECKED = b"no faults"


def load(lang: str, roots: Sequence[Path]) -> Grammar:
    """The grammar of a language, from the last run where nothing has changed; raises PatternError with all faults.

    >>> load("nl", patterns.folders()).settings.decimal
    ','
    """
    name, key = f"grammar-{_plain(lang)}", _key(lang, roots, {})
    content = usercache.get(name, key)
    if content is not None and (found := _decode(content)) is not None:
        return found
    grammar, faults = patterns.compile_language(lang, roots)
    if faults:
        raise PatternError(faults)
    if key == _key(lang, roots, {}):  # nobody has changed a file meanwhile
        usercache.put(name, key, _encode(grammar))
    return grammar


def faults_of(langs: Sequence[str], roots: Sequence[Path]) -> list[Fault]:
    """Every fault of the files of some languages; only those that have changed since they had none are read."""
    found: set[Fault] = set()
    digests: dict[Path, bytes] = {}
    for lang in langs:
        name, key = f"checked-{_plain(lang)}", _key(lang, roots, digests)
        if usercache.get(name, key) == _CHECKED:
            continue
        faults = patterns.faults_of(lang, roots)
        found.update(faults)
        if not faults and key == _key(lang, roots, {}):
            usercache.put(name, key, _CHECKED)
    return sorted(found)


def _plain(lang: str) -> str:
    """A language as part of a file's name."""
    return re.sub(r"[^A-Za-z0-9-]", "_", lang)[:24]


def _key(lang: str, roots: Sequence[Path], digests: dict[Path, bytes]) -> str:
    """All that a grammar is made of; `digests` spares reading the shared files once more for each language.

    A folder that has no file for the language is no part of it: what is kept holds with and without that folder.
    """
    made_of = []
    for path, root in patterns.files_of(lang.split("-")[0], roots):
        if path not in digests:
            digests[path] = blake2b(path.read_bytes(), digest_size=16).digest()
        shown = BUILT_IN.name if root == BUILT_IN else root.as_posix()
        made_of.append((shown, path.relative_to(root).as_posix(), digests[path]))
    return repr((lang, software(), _parser(), made_of))


@cache
def _parser() -> str:
    return version("pyyaml")


# --- a grammar as bytes


@cache
def _form() -> tuple[type[msgspec.Struct], list[str], list[str]]:
    """The type of what is kept: the fields of `Grammar`, and in the place of its lexicon what that is made of."""
    hints = get_type_hints(Grammar)
    own = [field.name for field in fields(Grammar) if field.name != "lexicon"]
    parts = list(inspect.signature(Lexicon).parameters)
    of_lexicon = get_type_hints(Lexicon.__init__)
    members = [(name, hints[name]) for name in own] + [(f"lexicon_{name}", of_lexicon[name]) for name in parts]
    return msgspec.defstruct("KeptGrammar", members, array_like=True), own, parts


def _encode(grammar: Grammar) -> bytes:
    form, own, parts = _form()
    values = [getattr(grammar, name) for name in own] + [getattr(grammar.lexicon, name) for name in parts]
    return msgspec.msgpack.encode(form(*values))


def _decode(content: bytes) -> Grammar | None:
    form, own, parts = _form()
    collects = gc.isenabled()
    gc.disable()  # it would walk all of spaCy, again and again, while only new things come about
    try:
        found = msgspec.msgpack.decode(content, type=form)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    finally:
        if collects:
            gc.enable()
    lexicon = Lexicon(**{name: getattr(found, f"lexicon_{name}") for name in parts})
    values: dict[str, Any] = {name: getattr(found, name) for name in own}
    return Grammar(lexicon=lexicon, **values)
