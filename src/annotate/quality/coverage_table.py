"""A coverage as plain text: a line for each rule that fired, then the rules that never did, and that never won."""

from __future__ import annotations

from collections.abc import Iterator

from annotate.quality.coverage import Coverage, RuleCoverage

#: How many of the rules that it lost to are named.
_NAMED = 2


def render(coverage: Coverage) -> str:
    """The coverage as plain text, by label, the rules that fired most first.

    `examples` and `rejects` are those under the rule itself; of a shared rule, in the language that has most of them.
    """
    langs = sorted({lang for rule in coverage.rules.values() for lang in rule.langs})
    lines = [f"{coverage.documents:,} documents, {len(coverage.rules):,} rules of {', '.join(langs) or 'no language'}"]
    if coverage.undecided:
        lines.append(f"{coverage.undecided:,} documents of undecided language, on which no rules ran")
    fired = [rule for rule in coverage.rules.values() if rule.fired]
    if fired:
        lines += ["", *_table(fired)]
    for heading, rules in (("never fired", coverage.silent), ("only ever beaten", coverage.only_beaten)):
        if rules:
            lines += ["", f"{heading}: {len(rules):,}", *_listed(rules)]
    return "\n".join(lines) + "\n"


def _table(rules: list[RuleCoverage]) -> Iterator[str]:
    width = max(len(rule.rule) for rule in rules) + 4
    judged = any(rule.precision is not None for rule in rules)
    head = f"{'':{width}}{'fired':>8}{'won':>8}{'lost':>8}{'examples':>10}{'rejects':>9}"
    yield head + ("  right of judged" if judged else "") + "  lost most to"
    label: str | None = ""
    for rule in sorted(rules, key=lambda rule: (rule.label or "", -rule.fired, rule.rule)):
        if rule.label != label:
            label = rule.label
            yield label or "parts of others"
        counts = f"{rule.fired:>8,}{rule.won:>8,}{rule.lost.total() or '':>8}{rule.examples:>10}{rule.rejects:>9}"
        lost = ", ".join(f"{name} {count:,}" for name, count in rule.lost.most_common(_NAMED))
        yield f"  {rule.rule:{width - 2}}{counts}{_precision(rule) if judged else ''}  {lost}".rstrip()


def _precision(rule: RuleCoverage) -> str:
    tally = rule.precision
    told = "" if tally is None or tally.precision is None else f"{tally.right}/{tally.judged} {tally.precision:.0%}"
    return f"{told:>17}"


def _listed(rules: list[RuleCoverage]) -> Iterator[str]:
    for rule in rules:
        lost = ", ".join(f"{name} {count:,}" for name, count in rule.lost.most_common(_NAMED))
        yield f"  {rule.rule} ({rule.place})" + (f" lost to {lost}" if lost else "")
