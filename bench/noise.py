"""`python bench/noise.py [--json]`: how fast a share of Skellam noise is made, and whether it is what it should be.

Speed: 1,000,000 numbers on one core, seed to finished share, the keystream included; the median over fresh seeds, the
slowest of several variances. The table is made once for each variance (a round has one) and is measured beside it.
Statistics: variance, kurtosis and a chi-square test over the middle of the distribution, on more numbers.
"""

import argparse
import math
import os
import statistics
import sys
import time

import numpy as np
from report import Figure, report
from scipy import stats

from federation.privacy import skellam

LENGTH = 1_000_000
RUNS = 5
VARIANCES = (2_500, 1_000_000, 100_000_000, skellam.MAX_VARIANCE)
CHECKED = 1_000_000
DRAWS = 8_000_000
LEAST_P = 0.000001


def milliseconds(variance: int) -> float:
    """The median processor time of one share of LENGTH numbers."""
    skellam.table_of(variance)
    taken = []
    for _ in range(RUNS):
        began = time.process_time()
        skellam.share(LENGTH, variance, skellam.chacha20(os.urandom(skellam.SEED_BYTES)))
        taken.append(1000 * (time.process_time() - began))
    return statistics.median(taken)


def table_seconds(variance: int) -> float:
    """The median time that the table of a variance takes."""
    taken = []
    for _ in range(3):
        skellam.table_of.cache_clear()
        began = time.process_time()
        skellam.table_of(variance)
        taken.append(time.process_time() - began)
    return statistics.median(taken)


def quality(variance: int) -> list[Figure]:
    """Moments and chi-square of DRAWS numbers."""
    drawn = skellam.share(DRAWS, variance, skellam.chacha20(os.urandom(skellam.SEED_BYTES)))
    sd = math.sqrt(variance)
    kurtosis = float(np.mean((drawn / sd) ** 4)) - 3 - 1 / variance
    edges = np.linspace(-3 * sd, 3 * sd, 201).round().astype(np.int64)
    seen = np.histogram(drawn, bins=np.concatenate(([drawn.min() - 1], edges, [drawn.max() + 1])))[0]
    below = np.concatenate(([0.0], stats.skellam.cdf(edges - 1, variance / 2, variance / 2), [1.0]))
    chance = float(stats.chisquare(seen, DRAWS * np.diff(below)).pvalue)
    return [
        Figure("variance_error", abs(float(drawn.var()) / variance - 1), "relative", "<= 0.01"),
        Figure("kurtosis_error", abs(kurtosis), "absolute", "<= 0.02"),
        Figure("chi_square_p", chance, "probability", f">= {LEAST_P}"),
    ]


def main() -> int:
    """Measures and reports."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    speeds = {variance: milliseconds(variance) for variance in VARIANCES}
    figures = [Figure("skellam_ms_per_million", max(speeds.values()), "ms", "<= 150")]
    figures += [Figure(f"ms_at_sd_{math.isqrt(variance)}", speed, "ms") for variance, speed in speeds.items()]
    figures += [Figure(f"table_s_at_sd_{math.isqrt(v)}", table_seconds(v), "s") for v in VARIANCES[1:]]
    figures += quality(CHECKED)
    return report("noise", figures, as_json)


if __name__ == "__main__":
    sys.exit(main())
