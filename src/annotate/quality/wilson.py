"""The interval of a share that was counted on a few."""

from __future__ import annotations

from math import sqrt

_Z = 1.959963984540054  # 95%


def wilson(right: int, judged: int) -> tuple[float, float] | None:
    """The 95% interval of a share, as E. B. Wilson has it (1927); None where nothing was counted.

    It holds for few and for extreme counts, where the usual interval is empty or leaves 0 to 1.

    >>> [round(end, 3) for end in wilson(9, 10)]
    [0.596, 0.982]
    """
    if not judged:
        return None
    share, square = right / judged, _Z * _Z
    middle = (share + square / (2 * judged)) / (1 + square / judged)
    half = _Z * sqrt(share * (1 - share) / judged + square / (4 * judged * judged)) / (1 + square / judged)
    return max(0.0, middle - half), min(1.0, middle + half)
