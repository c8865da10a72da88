"""What one agent does to its update: clip, round at random under a norm check in whole numbers, add its share of noise.

Clipping and rounding are the protocol's (`protocol/quantize.py`): they happen with and without noise. The proof of
privacy begins at the norm check, which is exact, and ends at the reduction mod 2^32, which only ever sees the sum of
the two. Floating point before the check can make an update worse, never less protected.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from federation.privacy import skellam
from federation.protocol.params import RoundParams
from federation.protocol.quantize import Noise, quantize
from federation.protocol.ring import Ring

Entropy = Callable[[int], bytes]
"""That many bytes fit for a key, never the same twice: `os.urandom` outside of tests."""


def noise_of(params: RoundParams, entropy: Entropy) -> Noise | None:
    """The source of this agent's share for one round; None where the round adds no noise.

    Each call draws a seed of its own from `entropy`, and nothing keeps it: what is lost with a crash was never sent,
    what was sent is kept as bytes and sent again as it is (edge/session.py). So no update leaves under two noises.
    """
    if not params.noise_variance:
        return None

    def noise(length: int) -> NDArray[np.int64]:
        return skellam.share(length, params.noise_variance, skellam.chacha20(entropy(skellam.SEED_BYTES)))

    return noise


def encode(
    update: NDArray[np.floating], params: RoundParams, rng: np.random.Generator, entropy: Entropy
) -> Ring:
    """The whole chain, for one update: what a mask is then added to.

    Raises Refusal `update-wrong-shape`, `update-not-finite` or `rounding-failed`.
    """
    return quantize(update, params, rng, noise_of(params, entropy))
