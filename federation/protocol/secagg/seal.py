"""A pair of shares for one device, through the server, readable by that device only: ChaCha20-Poly1305 (RFC 8439).

The key was derived for this sender, this receiver and this round, and seals one message in its life; the nonce is
therefore zero. A share that was not sealed by the device that it is said to be from does not open.
"""

from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from federation.protocol.errors import refusal
from federation.protocol.secagg import shamir

_NONCE = bytes(12)
SEALED_BYTES = 2 * shamir.SHARE_BYTES + 16


class Shares(NamedTuple):
    """What one holder has of one device: a share of its mask key, and one of the seed of its own mask. The server
    is given one of the two, never both."""

    mask_key: bytes
    self_seed: bytes


def close(shares: Shares, key: bytes) -> bytes:
    """The sealed pair: 82 bytes."""
    return ChaCha20Poly1305(key).encrypt(_NONCE, shares.mask_key + shares.self_seed, None)


def open_(sealed: bytes, key: bytes) -> Shares:
    """The pair, once it is seen to be the sender's. Raises Refusal `share-not-authentic` or `share-invalid`."""
    try:
        pair = ChaCha20Poly1305(key).decrypt(_NONCE, sealed, None)
    except InvalidTag:
        raise refusal("share-not-authentic") from None
    shares = Shares(pair[: shamir.SHARE_BYTES], pair[shamir.SHARE_BYTES :])
    for share in shares:
        shamir.check(share)
    return shares
