"""What a device must keep secret in a round, all of it from one root of 32 random bytes.

One root makes a restart harmless: the same root and the same inbox give the same keys, the same shares and the
same message. The root is as good as the device's update until the round is over; then it is forgotten.
"""

from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from federation.protocol.secagg import derive, seal, shamir


class Secrets:
    """The secrets of `device` in the round and roster that `bound` stands for."""

    def __init__(self, root: bytes, bound: bytes, device: UUID) -> None:
        self.root = root
        self._bound = bound
        self._device = device
        self._mask_bytes = self._derived(derive.MASK_KEY)
        self.self_seed = self._derived(derive.SELF_SEED)
        self.seal_key = X25519PrivateKey.from_private_bytes(self._derived(derive.SEAL_KEY))
        self.mask_key = X25519PrivateKey.from_private_bytes(self._mask_bytes)

    def split(self, gathered: bytes, threshold: int, points: list[int]) -> list[seal.Shares]:
        """Mask key and self-mask seed, shared among the holders at these points."""
        keys, seeds = (
            shamir.split(secret, threshold, points, self._derived(label, gathered))
            for label, secret in (
                (derive.SPLIT_KEY, self._mask_bytes),
                (derive.SPLIT_SEED, self.self_seed),
            )
        )
        return [seal.Shares(*pair) for pair in zip(keys, seeds, strict=True)]

    def _derived(self, label: bytes, more: bytes = b"") -> bytes:
        return derive.expand(self.root, self._bound, label + self._device.bytes + more)
