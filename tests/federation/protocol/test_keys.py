"""Signatures, base64url and fingerprints."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.protocol import keys
from federation.protocol.errors import Refusal
from federation.protocol.steps import Step
from tests.federation.protocol.terms import OTHER_KEY, SERVER_KEY


@given(st.binary(min_size=32, max_size=32))
def test_base64url_has_one_form(data: bytes) -> None:
    text = keys.to_b64url(data)
    assert keys.from_b64url(text, 32) == data
    for other in (f"{text}=", f" {text}", text[:-1], text + "A", f"{text}\n"):
        with pytest.raises(ValueError, match=r"."):
            keys.from_b64url(other, 32)


def test_unused_bits_at_the_end_must_be_zero() -> None:
    text = keys.to_b64url(bytes(32))
    with pytest.raises(ValueError, match="not 32 bytes"):
        keys.from_b64url(text[:-1] + "B", 32)


def test_a_fingerprint_is_five_groups_of_four() -> None:
    assert keys.fingerprint(bytes(32)) == "mzuh-vlpy-mk6x-o3ep-ygfy"


def test_a_signature_holds_for_its_key_and_text_only() -> None:
    text = keys.message_text(UUID(int=1), Step.UNMASK, b"body")
    signature = keys.sign(SERVER_KEY, text)
    keys.verify(keys.raw_public(SERVER_KEY), signature, text)
    for public, made, over in (
        (keys.raw_public(OTHER_KEY), signature, text),
        (keys.raw_public(SERVER_KEY), signature, text + b"x"),
        (keys.raw_public(SERVER_KEY), "ü", text),
        (b"short", signature, text),
    ):
        with pytest.raises(Refusal, match=r"^signature-invalid:"):
            keys.verify(public, made, over)


def test_the_signed_texts_are_as_documented() -> None:
    assert keys.enrol_text("fedart-agent", b"k" * 32) == b"fedart/enrol/v1\0fedart-agent\0" + b"k" * 32
    text = keys.message_text(UUID(int=1), Step.MASKED_INPUT, b"")
    assert text[: 18 + 16 + 13] == b"fedart/message/v1\0" + UUID(int=1).bytes + b"masked-input\0"


@pytest.mark.parametrize("text", ["", "A", "!" * 43, "ü" * 43, "A" * 44])
def test_a_public_key_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match=r"^key-invalid:"):
        keys.public_key(text)
