"""How a public key is written: did:key with base58btc multibase and the Ed25519 multicodec (0xed01)."""

import base64
from hashlib import sha256

from consent.errors import refusal

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ED25519_CODEC = b"\xed\x01"
DID_KEY = "did:key:"
MAX_TEXT = 128  # a signature is 88 characters, a key 48; base58 decoding is quadratic, so bound it


def base58_encode(data: bytes) -> str:
    """Base58btc without multibase prefix; leading zero bytes become leading 1s."""
    number = int.from_bytes(data, "big")
    digits: list[str] = []
    while number:
        number, digit = divmod(number, 58)
        digits.append(ALPHABET[digit])
    zeros = len(data) - len(data.lstrip(b"\x00"))
    return "1" * zeros + "".join(reversed(digits))


def base58_decode(text: str) -> bytes:
    """The inverse; ValueError on a foreign character or more than 128 characters."""
    if len(text) > MAX_TEXT:
        raise ValueError("too long")
    number = 0
    for character in text:
        number = number * 58 + ALPHABET.index(character)
    zeros = len(text) - len(text.lstrip("1"))
    return b"\x00" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def key_multibase(public_key: bytes) -> str:
    """`z6Mk...` for 32 raw bytes of an Ed25519 public key."""
    if len(public_key) != 32:
        raise refusal("bad-key")
    return "z" + base58_encode(ED25519_CODEC + public_key)


def key_fingerprint(multibase: str) -> str:
    """What a person compares: the first 20 base32 characters of SHA-256 of the raw key, in five groups of four. Refuses
    `bad-key`."""
    text = base64.b32encode(sha256(public_key_bytes(multibase)).digest()).decode("ascii").lower()[:20]
    return "-".join(text[at : at + 4] for at in range(0, 20, 4))


def verification_method(multibase: str) -> str:
    """`did:key:z6Mk...#z6Mk...`: how a proof names the key."""
    return f"{DID_KEY}{multibase}#{multibase}"


def public_key_bytes(text: str) -> bytes:
    """The 32 raw bytes of `z6Mk...`, `did:key:z6Mk...` or `did:key:z6Mk...#z6Mk...`; refuses (`bad-key`) all
    else, a key written in a second way included."""
    bare, hash_mark, fragment = text.removeprefix(DID_KEY).partition("#")
    if hash_mark and (fragment != bare or not text.startswith(DID_KEY)):
        raise refusal("bad-key")
    try:
        raw = base58_decode(bare.removeprefix("z"))
    except ValueError as error:
        raise refusal("bad-key") from error
    if len(raw) != 34 or not raw.startswith(ED25519_CODEC) or key_multibase(raw[2:]) != bare:
        raise refusal("bad-key")
    return raw[2:]
