"""Confidence intervals that suppose nothing about how the noise is distributed.

median: of independent values, between two of the values in order (binomial; Conover, Practical Nonparametric Statistics,
section 3.2). ratio: of pairs, the Hodges-Lehmann estimate and the interval that belongs to Wilcoxon's signed ranks, on
logarithms (Hollander and Wolfe, Nonparametric Statistical Methods, section 3.3). The latter supposes that under no change
a pair is as likely one way round as the other, which alternating makes true.
"""

import math
import statistics


def median(values, level=0.95):
    """(low, median, high). Too few values for the level give their whole range."""
    ordered = sorted(values)
    count = len(ordered)
    outside, skipped = 0.0, 0
    while True:
        outside += math.comb(count, skipped) / 2**count
        if 2 * outside > 1 - level or 2 * skipped + 1 >= count:
            break
        skipped += 1
    cut = max(skipped - 1, 0)
    return ordered[cut], statistics.median(ordered), ordered[count - 1 - cut]


def ratio(pairs, level=0.95):
    """(low, estimate, high) of a / b over pairs (a, b)."""
    logs = [math.log(a / b) for a, b in pairs]
    count = len(logs)
    averages = sorted((logs[i] + logs[j]) / 2 for i in range(count) for j in range(i, count))
    cut = _signed_rank_quantile(count, (1 - level) / 2)
    return tuple(math.exp(value) for value in (averages[cut], statistics.median(averages), averages[-1 - cut]))


def _signed_rank_quantile(count, tail):
    """The greatest c with P(sum of positive ranks < c) <= tail: so many averages lie below the interval."""
    ways = [1]
    for rank in range(1, count + 1):
        longer = ways + [0] * rank
        for total, number in enumerate(ways):
            longer[total + rank] += number
        ways = longer
    below, c = 0, 0
    while (below + ways[c]) / 2**count <= tail:
        below += ways[c]
        c += 1
    return c
