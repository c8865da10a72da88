"""The manifest and the roster: strict, canonical, signed, and bound to each other."""

import copy
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from federation.protocol import keys, manifest, roster
from federation.protocol.errors import Refusal
from federation.protocol.roster import Roster
from tests.federation.protocol.rounds import DEVICES, ROUND
from tests.federation.protocol.terms import OTHER_KEY, SERVER_KEY, small_manifest

PINNED = keys.raw_public(SERVER_KEY)
KEYS = {
    device: keys.raw_public(Ed25519PrivateKey.from_private_bytes(bytes([at]) * 32))
    for at, device in enumerate(DEVICES)
}


def small_roster() -> Roster:
    return Roster(round_id=ROUND, manifest_hash=small_manifest().hash(), keys=KEYS)


def test_a_signed_manifest_comes_back_through_json() -> None:
    answer = json.loads(json.dumps(manifest.signed(small_manifest(), SERVER_KEY)))
    assert manifest.open_signed(answer, PINNED) == small_manifest()
    params = small_manifest().params(8)
    assert (params.length, params.scale, params.threshold) == (8, 1024, 3)
    assert params.manifest_hash == small_manifest().hash()


def test_a_signed_roster_comes_back_through_json() -> None:
    answer = json.loads(json.dumps(roster.signed(small_roster(), SERVER_KEY)))
    opened = roster.open_signed(answer, PINNED)
    assert opened.keys == KEYS
    assert opened.hash() == small_roster().hash()


def test_the_hash_changes_with_every_term() -> None:
    one = small_manifest()
    others = [small_manifest(scale=2048), small_manifest(min_cohort=4), small_manifest(server_key="x")]
    assert len({one.hash(), *(other.hash() for other in others)}) == 4


def spoilt(path: str, value: Any) -> dict[str, Any]:
    made = copy.deepcopy(small_manifest().to_json())
    *parents, last = path.split(".")
    place = made
    for parent in parents:
        place = place[parent]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return made


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("v", 2),
        ("v", True),
        ("extra", 1),
        ("scheme", ...),
        ("round", ROUND.hex),
        ("round", 7),
        ("base", "ab" * 32),
        ("base", "sha256:" + "AB" * 32),
        ("spec", []),
        ("clip", 1.0),
        ("clip", "1e3"),
        ("clip", "-1"),
        ("scale", 1.5),
        ("scale", 0),
        ("modulus_bits", 64),
        ("previous.number", -1),
        ("previous.sha256", "zz"),
        ("previous.more", 1),
        ("training.steps", 0),
        ("training.lr", "fast"),
        ("deadlines", []),
        ("deadlines.training", "soon"),
        ("deadlines.training", "2026-11-24T05:10:00"),
        ("deadlines.training", "2026-11-24T05:10:00Z"),
        ("issued_at", 5),
        ("scheme", "a\nb"),
        ("scheme", "x" * 65),
    ],
)
def test_a_manifest_that_is_not_strictly_right_is_refused(path: str, value: Any) -> None:
    with pytest.raises(Refusal, match=r"^manifest-invalid:"):
        manifest.Manifest.from_json(spoilt(path, value))


@pytest.mark.parametrize("value", [None, [], "x", 3, {}])
def test_anything_else_is_refused(value: Any) -> None:
    for module, code in ((manifest, "manifest-invalid"), (roster, "roster-invalid")):
        for answer in (value, {"manifest": value, "roster": value, "signature": "x"}):
            with pytest.raises(Refusal, match=rf"^{code}:"):
                module.open_signed(answer, PINNED)


def test_another_signer_or_a_changed_term_is_refused() -> None:
    for answer in (
        manifest.signed(small_manifest(), OTHER_KEY),
        {**manifest.signed(small_manifest(), SERVER_KEY), "manifest": small_manifest(scale=2048).to_json()},
        {**manifest.signed(small_manifest(), SERVER_KEY), "signature": "AAAA"},
    ):
        with pytest.raises(Refusal, match=r"^signature-invalid:"):
            manifest.open_signed(answer, PINNED)


def test_a_signature_over_a_roster_does_not_serve_a_manifest() -> None:
    signature = keys.sign(SERVER_KEY, keys.ROSTER + small_manifest().signed_text())
    with pytest.raises(Refusal, match=r"^signature-invalid:"):
        manifest.open_signed({"manifest": small_manifest().to_json(), "signature": signature}, PINNED)


def test_a_roster_out_of_order_or_twice_is_refused() -> None:
    good = small_roster().to_json()
    for devices in (good["devices"][::-1], good["devices"] + good["devices"][:1]):
        with pytest.raises(Refusal, match=r"^roster-invalid:"):
            Roster.from_json({**good, "devices": devices})


def test_a_roster_with_a_bad_or_equal_key_is_refused() -> None:
    good = small_roster().to_json()
    first, second, *rest = good["devices"]
    for key, code in (("AAAA", "roster-invalid"), (first["key"], "roster-equal-keys")):
        with pytest.raises(Refusal, match=rf"^{code}:"):
            Roster.from_json({**good, "devices": [first, {**second, "key": key}, *rest]})
