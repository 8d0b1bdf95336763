"""How often the language of a sentence is told right, by language, and what telling it costs.

    python benchmarks/detection.py FOLDER [--shortest N] [--wrong LANG]

FOLDER holds files named by language (`nl.txt`, `zh-TW.txt`) with a sentence a line, such as a parallel corpus: the same
sentences in all of them make languages comparable. Sentences of fewer than N characters (60 without) are left out. The
detector is that of a run with the built-in patterns: it expects the languages that have patterns for everything, which
are told apart from the others in the last lines. `--wrong nl` lists the sentences that were told otherwise.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path
from statistics import fmean

from annotate.pipeline import Pipeline
from annotate.rules.tags import primary


def main() -> None:
    """Print a line for each language, the worst first, and the means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shortest", type=int, default=60, metavar="N")
    parser.add_argument("--wrong", action="append", default=[], metavar="LANG")
    chosen = parser.parse_args()
    rulebook = Pipeline().rulebook
    rulebook.detector.detect("The profiles are read now, before the clock starts.")
    shares: dict[str, float] = {}
    rows: list[str] = []
    count, spent = 0, 0.0
    for path in sorted(chosen.folder.glob("*.txt")):
        right = primary(path.stem)
        sentences = [line for line in path.read_text("utf-8").splitlines() if len(line) >= chosen.shortest]
        started = time.process_time()
        told = [primary(rulebook.detector.detect(sentence).lang) for sentence in sentences]
        spent += time.process_time() - started
        count += len(sentences)
        shares[path.stem] = told.count(right) / len(told)
        others = Counter(lang for lang in told if lang != right).most_common(4)
        rows.append(f"{path.stem:8}{shares[path.stem]:8.2%} of {len(told):5,}  {dict(others) or ''}")
        if path.stem in chosen.wrong:
            rows += [f"    {lang}: {text}" for lang, text in zip(told, sentences, strict=True) if lang != right]
    print("\n".join(rows))
    thorough = [share for lang, share in shares.items() if primary(lang) in rulebook.thorough]
    others_ = [share for lang, share in shares.items() if primary(lang) not in rulebook.thorough]
    if thorough:
        print(f"{len(thorough)} with patterns for all labels: {min(thorough):.2%} at least, {fmean(thorough):.2%} mean")
    if others_:
        print(f"{len(others_)} others: {min(others_):.2%} at least, {fmean(others_):.2%} mean")
    print(f"{spent / count * 1e6:.0f} microseconds of processor time a sentence")


if __name__ == "__main__":
    main()
