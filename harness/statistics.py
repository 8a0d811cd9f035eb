"""Estimators: pass@k and its intervals, and the paired comparison of two runs.

pass@k is the unbiased estimator of Chen et al. 2021 (arXiv 2107.03374, section 2.1); the
interval of a proportion is Wilson's (1927), whose coverage at these sizes is close to
nominal (Brown, Cai and DasGupta 2001).

Two runs that answered the same problems are compared problem by problem: the exact test of
McNemar (1947) and Tango's (1998) score interval where every problem has one sample, a
bootstrap over problems and samples (``harness.bootstrap``) where there are more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from harness.bootstrap import difference_of, interval_of
from harness.power import Z95, detectable, detectable_mean
from harness.records import Interval, Metric, Run, Verdict

Counts = dict[str, tuple[int, int]]
"""(Right samples, judged samples) by problem."""


def pass_at_k(n: int, c: int, k: int) -> float:
    """Return the chance that at least one of ``k`` samples drawn from ``n``, ``c`` right, is right.

    Raises:
        ValueError: k is not in 1..n, or c not in 0..n.
    """
    if not 1 <= k <= n or not 0 <= c <= n:
        raise ValueError(f"pass@{k} of {c} right among {n} is not defined")
    if n - c < k:
        return 1.0
    return 1.0 - math.prod((n - c - i) / (n - i) for i in range(k))


def wilson(successes: int, trials: int) -> Interval:
    """Return Wilson's 95 % score interval of ``successes`` in ``trials`` (0..1 where trials is 0)."""
    if trials == 0:
        return Interval(0.0, 1.0)
    p = successes / trials
    z2 = Z95 * Z95
    centre = p + z2 / (2 * trials)
    spread = Z95 * math.sqrt(p * (1 - p) / trials + z2 / (4 * trials * trials))
    scale = 1 + z2 / trials
    return Interval(max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale))


def suites_of(run: Run) -> list[str]:
    """Return the names of the suites of ``run`` in the order judged."""
    return list(dict.fromkeys(m.suite for m in run.metrics))


def passes(verdict: Verdict, suite: str, suites: Sequence[str]) -> bool:
    """Return whether ``verdict`` passed ``suite`` and every suite before it.

    Raises:
        ValueError: ``suite`` is not one of ``suites``.
    """
    return _through(verdict, suites[: suites.index(suite) + 1])


def _through(verdict: Verdict, suites: Sequence[str]) -> bool:
    """Say whether a verdict passed all of ``suites``. A loop: a leaderboard of 200 models asks a million times."""
    for suite in suites:
        found = verdict.suites.get(suite)
        if found is None or not found.passed:
            return False
    return True


def right_of(verdicts: Iterable[Verdict], suite: str, suites: Sequence[str]) -> Counts:
    """Return (right samples, judged samples) of ``suite`` by problem; ``infra`` verdicts are left out."""
    counts: dict[str, tuple[int, int]] = {}
    asked = suites[: suites.index(suite) + 1]
    for verdict in verdicts:
        if not verdict.infra:
            right, judged = counts.get(verdict.problem_id, (0, 0))
            counts[verdict.problem_id] = (right + _through(verdict, asked), judged + 1)
    return counts


def metrics(verdicts: Iterable[Verdict], problems: Sequence[str], suites: Sequence[str]) -> list[Metric]:
    """Derive every pass@k of a run from its verdicts; see ``metrics_of``. Those with ``infra`` are left out."""
    return metrics_of(counts_of(verdicts, suites), problems)


def counts_of(verdicts: Iterable[Verdict], suites: Sequence[str]) -> dict[str, Counts]:
    """Return what ``right_of`` gives, by suite."""
    rows = [v for v in verdicts if not v.infra]
    return {suite: right_of(rows, suite, suites) for suite in suites}


def metrics_of(counts: Mapping[str, Counts], problems: Sequence[str]) -> list[Metric]:
    """Derive every pass@k of a run: the one function that turns verdicts into numbers.

    A suite counts as passed only if every suite before it passed too. k is 1, 10, 100 as far
    as every problem has that many samples.

    Args:
        counts: of each suite, what ``right_of`` gives.
        problems: those that count.
    """
    out = []
    for suite, found in counts.items():
        mine = [found[p] for p in dict.fromkeys(problems) if p in found]
        least = min((judged for _, judged in mine), default=0)
        for k in (1, 10, 100):
            if k > least:
                continue
            values = [pass_at_k(judged, right, k) for right, judged in mine]
            single = all(judged == 1 for _, judged in mine)
            solved = sum(right for right, _ in mine) if single else None
            interval = pass_interval(mine, k)
            out.append(
                Metric(
                    suite=suite,
                    k=k,
                    value=math.fsum(values) / len(values),
                    interval=interval,
                    problems=len(values),
                    solved=solved,
                )
            )
    return out


def breakdown(
    verdicts: Iterable[Verdict], groups: Mapping[str, Mapping[str, str]], suites: Sequence[str]
) -> list[Metric]:
    """Derive the numbers of ``metrics`` by groups of problems; see ``breakdown_of``."""
    return breakdown_of(counts_of(verdicts, suites), groups)


def breakdown_of(counts: Mapping[str, Counts], groups: Mapping[str, Mapping[str, str]]) -> list[Metric]:
    """Derive the numbers of ``metrics_of`` by groups of problems, in the order of kinds and names.

    Args:
        counts: of each suite, what ``right_of`` gives.
        groups: problem id to kind of group to group: {"DS-1000/0": {"library": "Pandas"}}.
    """
    members: dict[str, list[str]] = {}
    for problem, kinds in groups.items():
        for kind, name in kinds.items():
            members.setdefault(f"{kind}: {name}", []).append(problem)
    return [
        msgspec.structs.replace(metric, group=group)
        for group, problems in sorted(members.items())
        for metric in metrics_of(counts, problems)
    ]


def pass_interval(counts: Sequence[tuple[int, int]], k: int = 1) -> Interval | None:
    """Return the 95 % interval of pass@k: Wilson's where every problem has one sample, else a bootstrap.

    ``counts``: (right samples, judged samples) by problem.
    """
    if all(judged == 1 for _, judged in counts):
        return wilson(sum(right for right, _ in counts), len(counts))
    return interval_of(counts, k)


def mcnemar_exact(only_a: int, only_b: int) -> float:
    """Return the two-sided p of the exact McNemar test: chance that a fair coin is as uneven.

    Only the problems that the two runs disagree on count (McNemar 1947, Psychometrika 12:153;
    the exact conditional form as in Fagerland, Lydersen and Laake 2013, section 2.2). It is
    conservative: its true size stays below the level asked for.

    Raises:
        ValueError: a count is negative.
    """
    if only_a < 0 or only_b < 0:
        raise ValueError(f"counts can't be negative: {only_a}, {only_b}")
    total = only_a + only_b
    # Whole numbers up to the last division: 2^378 is exact where floats would underflow.
    tail = sum(math.comb(total, i) for i in range(min(only_a, only_b) + 1))
    return min(1.0, float(2 * tail / 2**total))


def tango(only_a: int, only_b: int, pairs: int) -> Interval:
    """Return Tango's 95 % score interval of the difference A - B of two paired proportions.

    It inverts the score test: the differences d that the data don't contradict, with the
    other parameter at its restricted maximum (Tango 1998, Statistics in Medicine 17:891,
    equations 8 to 11). Fagerland, Lydersen and Laake 2014 recommend it. At d = 0 the test is
    McNemar's asymptotic one, so the exact p, which is conservative, may disagree at the edge.
    The whole of -1..1 where there are no pairs.

    Raises:
        ValueError: the counts are negative or more than ``pairs``.
    """
    if min(only_a, only_b) < 0 or only_a + only_b > pairs:
        raise ValueError(f"{only_a} and {only_b} disagreements among {pairs} pairs are not possible")
    if pairs == 0:
        return Interval(-1.0, 1.0, method="tango")
    estimate = (only_a - only_b) / pairs

    def score(difference: float) -> float:
        """Return the score statistic for A - B = ``difference``: falls from +inf to -inf."""
        b = -only_a - only_b + (2 * pairs - only_a + only_b) * difference
        c = -only_b * difference * (1 - difference)
        q = (math.sqrt(max(0.0, b * b - 8 * pairs * c)) - b) / (4 * pairs)
        variance = pairs * (2 * q + difference * (1 - difference))
        distance = only_a - only_b - pairs * difference
        if variance <= 0:
            return math.copysign(math.inf, distance) if distance else 0.0
        return distance / math.sqrt(variance)

    def solve(low: float, high: float, target: float) -> float:
        """Bisect: 60 halvings are below the spacing of floats here."""
        for _ in range(60):
            middle = (low + high) / 2
            if score(middle) > target:
                low = middle
            else:
                high = middle
        return (low + high) / 2

    return Interval(solve(-1.0, estimate, Z95), solve(estimate, 1.0, -Z95), method="tango")


class Paired(msgspec.Struct, frozen=True, kw_only=True):
    """Two runs A and B on the same problems and one suite."""

    suite: str
    problems: int
    a: float
    """pass@1 of A over these problems, 0..1."""
    b: float
    difference: float
    """a - b."""
    interval: Interval | None
    """95 % interval of the difference; None where there are too few problems for one."""
    p: float | None
    """Two-sided, of the hypothesis that A and B are equally good."""
    detectable: float | None = None
    """The smallest difference that problems which disagree as these do would show in four cases of five; None
    where no difference would."""
    test: str
    """"exact McNemar", or "paired bootstrap" where a problem has more than one sample."""
    both: int
    """Problems that both solve. With several samples a problem counts as solved from half of them on."""
    only_a: int
    only_b: int
    neither: int
    wins: list[str]
    """Problems on which A does better than B, in the order given."""
    losses: list[str]


def paired(
    a: Mapping[str, tuple[int, int]], b: Mapping[str, tuple[int, int]], problems: Sequence[str], suite: str
) -> Paired:
    """Compare two runs over those of ``problems`` that both have judged.

    ``a`` and ``b`` are what ``right_of`` gives: (right samples, judged samples) by problem.
    """
    shared = [p for p in problems if p in a and p in b]
    rate_a = {p: a[p][0] / a[p][1] for p in shared}
    rate_b = {p: b[p][0] / b[p][1] for p in shared}
    table = [0, 0, 0, 0]
    for p in shared:
        table[(rate_a[p] < 0.5) * 2 + (rate_b[p] < 0.5)] += 1
    both, only_a, only_b, neither = table
    n = len(shared)
    mean_a = math.fsum(rate_a.values()) / n if n else 0.0
    mean_b = math.fsum(rate_b.values()) / n if n else 0.0
    interval: Interval | None
    p_value: float | None
    if all(a[p][1] == 1 and b[p][1] == 1 for p in shared):
        test, interval, p_value = "exact McNemar", tango(only_a, only_b, n), mcnemar_exact(only_a, only_b)
        least = detectable(n, (only_a + only_b) / n) if n else None
    else:
        test = "paired bootstrap"
        interval, p_value = difference_of([a[p] for p in shared], [b[p] for p in shared])
        least = detectable_mean([rate_a[p] - rate_b[p] for p in shared])
    return Paired(
        suite=suite,
        problems=n,
        a=mean_a,
        b=mean_b,
        difference=mean_a - mean_b,
        interval=interval,
        p=p_value,
        detectable=least,
        test=test,
        both=both,
        only_a=only_a,
        only_b=only_b,
        neither=neither,
        wins=[p for p in shared if rate_a[p] > rate_b[p]],
        losses=[p for p in shared if rate_a[p] < rate_b[p]],
    )
