"""What the machine can do at all: bytes a second of keystream, and of additions in the cache and in memory."""

import os
import statistics
import time
from collections.abc import Callable

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

PIECE = 1 << 18
RUNS = 7


def rates() -> dict[str, float]:
    """Medians of RUNS measurements, in bytes a second of CPU."""
    zeros, buffer = bytes(PIECE), bytearray(PIECE + 15)
    stream = Cipher(AES(os.urandom(32)), CTR(bytes(16))).encryptor()
    small, other = np.ones(PIECE // 4, np.uint32), np.ones(PIECE // 4, np.uint32)
    large, more = np.ones(1 << 24, np.uint32), np.ones(1 << 24, np.uint32)
    return {
        "keystream_rate": _rate(lambda: stream.update_into(zeros, buffer), PIECE, 128),
        "cache_rate": _rate(lambda: np.add(small, other, out=small), PIECE, 256),
        "memory_rate": _rate(lambda: np.add(large, more, out=large), large.nbytes, 2),
    }


def _rate(work: Callable[[], object], size: int, times: int) -> float:
    def once() -> float:
        began = time.process_time()
        for _ in range(times):
            work()
        return times * size / (time.process_time() - began)

    return statistics.median(once() for _ in range(RUNS))
