"""What the machine can do at all: bytes a second of keystream, and of additions in the cache and in memory.

Sampled between the steps of the round that is held against it, so that whatever else the machine is doing slows both.
"""

import os
import time
from collections.abc import Callable

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

PIECE = 1 << 18
SAMPLE = 1 << 22
"""Bytes of keystream and of each addition in one sample: those of a vector of a million numbers."""
LARGE = 1 << 26
"""Bytes of the arrays for additions in memory: more than any cache holds."""


class Limits:
    """`sample` measures once more; the rates are over all samples."""

    def __init__(self) -> None:
        zeros, buffer = bytes(PIECE), bytearray(PIECE + 15)
        stream = Cipher(AES(os.urandom(32)), CTR(bytes(16))).encryptor()
        small, other = np.ones(PIECE // 4, np.uint32), np.ones(PIECE // 4, np.uint32)
        large, more = np.ones(LARGE // 4, np.uint32), np.ones(LARGE // 4, np.uint32)
        key = Ed25519PrivateKey.generate()
        public, text = key.public_key(), os.urandom(200)
        signature = key.sign(text)
        self.samples = 0
        self._spent: dict[str, float] = {}
        self._work: dict[str, Callable[[int], object]] = {
            "keystream": lambda at: stream.update_into(zeros, buffer),
            "cache": lambda at: np.add(small, other, out=small),
            "memory": lambda at: np.add(_at(large, at), _at(more, at), out=_at(large, at)),
            "signature": lambda at: public.verify(signature, text) if at % (SAMPLE // 4) == 0 else None,
        }
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self.samples, self._spent = 0, dict.fromkeys(self._work, 0.0)

    def sample(self) -> None:
        """SAMPLE bytes of each; the additions in memory go on through the large arrays."""
        start = self.samples * (SAMPLE // 4) % (LARGE // 4)
        for name, work in self._work.items():
            began = time.process_time()
            for at in range(start, start + SAMPLE // 4, PIECE // 4):
                work(at)
            self._spent[name] += time.process_time() - began
        self.samples += 1

    def rates(self) -> dict[str, float]:
        """Bytes a second of CPU; and of signatures the seconds of one check."""
        size = self.samples * SAMPLE
        rates = {f"{name}_rate": size / self._spent[name] for name in ("keystream", "cache", "memory")}
        return {**rates, "signature_s": self._spent["signature"] / self.samples}


def _at(large: np.ndarray, start: int) -> np.ndarray:
    return large[start : start + PIECE // 4]
