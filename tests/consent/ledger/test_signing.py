"""eddsa-jcs-2022: the published vector, and every way in which a proof can be wrong."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.errors import Refusal
from consent.ledger import multibase
from consent.ledger.signing import hash_data, proof_config, sign, verify

VECTOR = json.loads((Path(__file__).parents[2] / "vectors/eddsa_jcs_2022.json").read_text())
# RFC 8032 section 7.1, test 1
RFC8032_SECRET = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
RFC8032_PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")


def signed() -> Any:
    key = Ed25519PrivateKey.from_private_bytes(RFC8032_SECRET)
    return sign({"@context": ["urn:x"], "a": "b"}, private_key=key, created="2026-11-24T05:00:00Z")


def refused(document: Any) -> Any:
    with pytest.raises(Refusal) as caught:
        verify(document)
    return caught.value.code


def test_published_vector() -> None:
    key = VECTOR["publicKeyMultibase"]
    config = proof_config(VECTOR["document"], key=key, created=VECTOR["created"])
    data = hash_data(VECTOR["document"], config)
    assert data.hex() == VECTOR["proofConfigHash"] + VECTOR["documentHash"]
    secret = multibase.base58_decode(VECTOR["secretKeyMultibase"][1:])[2:]
    document = sign(
        VECTOR["document"],
        private_key=Ed25519PrivateKey.from_private_bytes(secret),
        created=VECTOR["created"],
    )
    assert document["proof"]["proofValue"] == VECTOR["proofValue"]
    assert multibase.base58_decode(VECTOR["proofValue"][1:]).hex() == VECTOR["signature"]
    assert verify(document) == key


def test_published_vector_with_one_letter_changed() -> None:
    config = proof_config(VECTOR["document"], key=VECTOR["publicKeyMultibase"], created=VECTOR["created"])
    document = {**VECTOR["document"], "proof": {**config, "proofValue": VECTOR["proofValue"]}}
    assert verify(document) == VECTOR["publicKeyMultibase"]
    document["name"] = "Alumni credential"
    assert refused(document) == "bad-signature"


@pytest.mark.parametrize(
    "field", ["created", "proofPurpose", "verificationMethod", "@context", "cryptosuite"]
)
def test_the_signature_covers_the_proof_itself(field: str) -> None:
    document = signed()
    changed = {
        "created": "2026-11-24T05:00:01Z",
        "proofPurpose": "authentication",
        "verificationMethod": multibase.verification_method(VECTOR["publicKeyMultibase"]),
        "@context": [],
        "cryptosuite": "eddsa-rdfc-2022",
    }
    document["proof"][field] = changed[field]
    assert refused(document) in ("bad-signature", "bad-proof")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.pop("proof"),
        lambda d: d.update(proof=[d["proof"]]),
        lambda d: d.update(proof="z"),
        lambda d: d["proof"].pop("created"),
        lambda d: d["proof"].update(more="x"),
        lambda d: d["proof"].update(proofValue=7),
        lambda d: d["proof"].update(proofValue=""),
        lambda d: d["proof"].update(proofValue=d["proof"]["proofValue"][:-3]),
        lambda d: d["proof"].update(proofValue="z1" + d["proof"]["proofValue"][1:]),
        lambda d: d["proof"].update(proofValue="m" + d["proof"]["proofValue"][1:]),
        lambda d: d["proof"].update({"@context": ["urn:other"]}),
    ],
)
def test_refuses_an_incomplete_proof(spoil: Any) -> None:
    document = copy.deepcopy(signed())
    spoil(document)
    assert refused(document) == "bad-proof"


@pytest.mark.parametrize("value", ["z0OIl", "z" + "z" * 200])
def test_refuses_a_proof_value_that_is_not_base58(value: Any) -> None:
    document = signed()
    document["proof"]["proofValue"] = value
    assert refused(document) in ("bad-signature", "bad-proof")


def test_key_text_round_trip() -> None:
    text = multibase.key_multibase(RFC8032_PUBLIC)
    assert text.startswith("z6Mk")
    for written in (text, f"did:key:{text}", multibase.verification_method(text)):
        assert multibase.public_key_bytes(written) == RFC8032_PUBLIC


@pytest.mark.parametrize("raw", [b"", b"\x00", b"\x00\x00abc", bytes(range(34)), b"\xff" * 34])
def test_base58_round_trip(raw: bytes) -> None:
    assert multibase.base58_decode(multibase.base58_encode(raw)) == raw


@pytest.mark.parametrize(
    "text",
    [
        "",
        "z",
        "z6Mk",
        "did:key:",
        "6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
        "did:web:example.org",
        "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
        "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2#other",
        "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2#",
        "z" + "1" * 300,
        "zé",
        "z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc",
    ],
)
def test_refuses_other_keys(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        multibase.public_key_bytes(text)
    assert caught.value.code == "bad-key"
