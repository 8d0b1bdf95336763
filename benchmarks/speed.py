"""Words per second of the whole pipeline, as a ratio to spaCy's blank tokeniser on the same text in the same run.

    python benchmarks/speed.py [LANG ...] [--text FILE] [--rounds N] [--quick]

Prints, for 400-word and 4,000-word articles on one core: `nlp.make_doc` of blank spaCy, the pipeline from
detection to the bytes of the record, and their ratio (1.0: as fast as tokenising alone); what telling the language
costs as a share of spaCy's time; that a language costs nothing before it is met, nor after, where it is not the
article's own; then the cold start of a process that annotates one sentence, and peak memory after 100 and after
10,000 articles. LANG is any language of `corpus/`, or `all`.
Articles are put together from the sentences of `corpus/`, and, since those hold an entity every nine words,
from sentences of the same shape without any, in made-up words that come as often as Zipf's law says. `dense`
articles have about 30 entities in 1,000 words, as a long analysis of treaties and trade has, `ordinary` ones
about 12. Both sides have read 160,000 words before, and no article is timed twice: a tokeniser that has seen
every word runs from its cache alone. For Chinese and Japanese, a "word" is two characters, and characters are
printed besides. Where spaCy's tokeniser of a language needs another package, the baseline is that of `xx`, which
knows no language, and the line says so.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import spacy

from annotate.pipeline import Pipeline
from annotate.records import Document
from annotate.rules.patterns import languages
from annotate.text.detect import segments

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def words_in(text: str) -> int:
    """The words of a text; two characters of Chinese or Japanese count as one."""
    wide = len(_WIDE.findall(text))
    return len(text.split()) + wide // 2


def corpus_languages() -> list[str]:
    """The languages that `corpus/` has articles in."""
    return sorted(folder.name for folder in CORPUS.iterdir() if any(folder.glob("*.txt")))


def sentences(lang: str, text: str | None = None) -> list[str]:
    """The sentences of a language's corpus articles, or of the text given."""
    texts = [text] if text else [p.read_text("utf-8") for p in sorted((CORPUS / lang).glob("*.txt"))]
    found = [s.strip() for t in texts for s in re.split(r"(?<=[.!?。！？])\s+|(?<=[。！？])|\n+", t)]
    return [s for s in found if s]


#: Share of the sentences that are real ones.
KINDS = {"ordinary": 0.12, "dense": 0.3}


#: How many words the made-up language has; Zipf's law says how often each comes, as in any other.
_VOCABULARY = 60_000


@cache
def _word(word: str, rank: int) -> str:
    """A made-up word: the letters of a real one in another order, always the same for one rank."""
    letters = list(word)
    random.Random(rank).shuffle(letters)
    return "".join(letters).lower()


def filler(sentence: str, chance: random.Random) -> str:
    """A sentence of the same shape without entities: made-up words for the longer ones, and no figures.

    Korean words are short, so that those of two syllables count as long.
    """

    def other(match: re.Match[str]) -> str:
        return _word(match[0], int(_VOCABULARY ** chance.random()))

    return re.sub(r"[^\W\d_]{4,}|[\uac00-\ud7af]{2,}", other, re.sub(r"[$€£¥%]|\d\S*", "", sentence))


def articles(
    lang: str, size: int, count: int, kind: str = "dense", text: str | None = None, seed: int = 0
) -> list[str]:
    """`count` articles of about `size` words, no two alike."""
    pool, made = sentences(lang, text), []
    for number in range(count):
        chance = random.Random(f"{seed} {number}")
        lines: list[str] = []
        total = 0
        while total < size:
            sentence = chance.choice(pool)
            if not text and chance.random() > KINDS[kind]:
                sentence = filler(sentence, chance)
            lines.append(sentence)
            total += words_in(sentence)
        made.append("\n".join(" ".join(lines[i : i + 5]) for i in range(0, len(lines), 5)))
    return made


def seconds(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """The processor time that some work takes over all texts: other processes do not count."""
    start = time.process_time()
    for text in texts:
        work(text)
    return time.process_time() - start


#: What both have read before they are timed: a batch, not a first article. spaCy's tokeniser keeps what it has
#: cut until it knows 10,000 words, so that a small vocabulary met again and again would time its cache alone.
_WARM_WORDS = 160_000


def baseline(lang: str) -> Any:
    """spaCy's blank pipeline of a language; that of `xx` where the language's own needs another package."""
    try:
        return spacy.blank(lang)
    except ImportError:
        return spacy.blank("xx")


def _baseline_name(nlp: Any) -> str:
    segmenter = getattr(nlp.tokenizer, "segmenter", "")
    return f"{nlp.lang}, by {segmenter}" if segmenter else str(nlp.lang)


def document(text: str) -> Document:
    """A text as a document of which nothing else is known."""
    return Document("a", text, "a.txt")


def ratio(lang: str, size: int, kind: str, rounds: int, text: str | None = None) -> None:
    """Print one line: both speeds and the median of the rounds' ratios, on articles new to both."""
    nlp, pipeline, judge = baseline(lang), Pipeline(), Pipeline().rulebook.detector
    known = languages(pipeline.rulebook.roots)

    def passages(text: str) -> object:
        return segments(text, lang, judge, known)

    for warm in articles(lang, size, _WARM_WORDS // size, kind, text, seed=-1):
        nlp.make_doc(warm)
        judge.detect(warm)
        passages(warm)
        record = pipeline.annotate(document(warm))
    gc.collect()
    gc.freeze()
    works = (nlp.make_doc, partial(_annotate, pipeline), judge.detect, passages)
    times, words, characters, told = [], 0, 0, 0
    for number in range(rounds):
        texts = articles(lang, size, max(2, 8_000 // size), kind, text, seed=number)
        words += sum(map(words_in, texts))
        characters += sum(map(len, texts))
        times.append([seconds(work, texts) for work in works])
        told += sum(judge.detect(t).lang.split("-")[0] == lang for t in texts)
    spacy_time, own_time, detecting, looking = (sum(side) for side in zip(*times, strict=True))
    each = statistics.median(row[0] / row[1] for row in times)
    wide = len(_WIDE.findall(record.text)) > len(record.text) / 4
    count, unit = (characters, "chars/s") if wide else (words, "w/s")
    beside = f" ({words / own_time:,.0f} w/s)" if wide else ""
    both = (detecting + looking) / spacy_time
    asked = rounds * max(2, 8_000 // size)
    print(
        f"{lang:5} {size:6,} words {kind:9} {len(record.spans):4} entities"
        f"  spaCy ({_baseline_name(nlp)}) {count / spacy_time:9,.0f} {unit}"
        f"  annotate {count / own_time:9,.0f} {unit}{beside}  ratio {each:.2f}"
        f"  detection {detecting / spacy_time:.2f} of spaCy, with foreign passages {both:.2f}"
        + ("" if told == asked else f"  ({told} of {asked} told as {lang})"),
        flush=True,
    )


def languages_met(lang: str, rounds: int) -> None:
    """Print what a pipeline has loaded that met one language, and its speed to that of one that has met all."""
    loaded: list[str] = []
    pipelines = {"one": Pipeline(on_load=loaded.append), "all": Pipeline()}
    warm = articles(lang, 400, 200, "ordinary", seed=-1)
    for pipeline in pipelines.values():
        for text in warm:
            pipeline.annotate(document(text))
    print(f"{lang:5} languages loaded after {len(warm)} articles: {' '.join(loaded)}", flush=True)
    others = corpus_languages()
    for other in others:
        for text in articles(other, 400, 5):
            pipelines["all"].annotate(document(text))
    gc.collect()
    gc.freeze()
    pairs = []
    for number in range(2 * rounds):
        texts = articles(lang, 400, 20, "ordinary", seed=number)
        took = {}
        for name in sorted(pipelines, reverse=bool(number % 2)):
            took[name] = seconds(partial(_annotate, pipelines[name]), texts)
        pairs.append(took["one"] / took["all"])
    print(f"{lang:5} languages loaded {len(loaded)} -> {len(others)}: ratio {statistics.median(pairs):.2f}", flush=True)


def _annotate(pipeline: Pipeline, text: str) -> bytes:
    return pipeline.annotate(document(text)).to_json()


_COLD = """
from annotate.pipeline import Pipeline; from annotate.records import Document
Pipeline().annotate(Document('a', {!r}, 'a'))
"""
_MEMORY = """
import sys; sys.path.insert(0, {here!r})
from speed import articles, peak
from annotate.pipeline import Pipeline; from annotate.records import Document
texts = articles({lang!r}, 400, 100, "ordinary"); pipeline = Pipeline()
for n in range({count}):
    pipeline.annotate(Document(str(n), texts[n % 100] + f" Zaak{{n}} van bedrijf{{n}}.", "a")).to_json()
print(peak())
"""


def peak() -> float:
    """Peak resident memory of this process, in MiB.

    Where Linux tells it: `ru_maxrss` would be that of the process that started this one, if it was larger.
    """
    status = Path("/proc/self/status")
    told = re.search(r"VmHWM:\s*(\d+) kB", status.read_text()) if status.exists() else None
    return (int(told[1]) if told else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024


def cold(lang: str) -> float:
    """Seconds from nothing to one annotated sentence, in a process of its own; the best of five."""
    sentence = max(sentences(lang), key=len)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", _COLD.format(sentence)], check=True)
        times.append(time.perf_counter() - start)
    return min(times)


def memory(lang: str, count: int) -> float:
    """Peak memory of a process that annotates `count` articles of 400 words, in MiB."""
    code = _MEMORY.format(here=str(Path(__file__).parent), lang=lang, count=count)
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return float(done.stdout)


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("langs", nargs="*", default=["nl", "en"])
    parser.add_argument("--text", type=Path, help="take the sentences of this file instead of the corpus")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="speed of each language only")
    options = parser.parse_args()
    text = options.text.read_text("utf-8") if options.text else None
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    langs = corpus_languages() if "all" in options.langs else options.langs
    for lang in langs:
        for size in (400, 4_000):
            for kind in ("given",) if text else KINDS:
                ratio(lang, size, kind, options.rounds, text)
    if not options.quick:
        languages_met(langs[0], options.rounds)
        print(f"cold start {cold(langs[0]):.2f} s")
        for count in (100, 1_000, 10_000):
            print(f"peak memory after {count:6,} articles {memory(langs[0], count):7.1f} MiB")


if __name__ == "__main__":
    main()
