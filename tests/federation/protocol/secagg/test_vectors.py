"""secagg.json, read as a second implementation would: each part, then the first device's way through the round."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from federation.protocol.errors import Refusal
from federation.protocol.params import RoundParams
from federation.protocol.secagg import derive, prg, seal, shamir
from federation.protocol.secagg.degree import degree
from federation.protocol.secagg.graph import ring_order
from federation.protocol.secagg.secrets import Secrets
from federation.protocol.steps import Step
from tests.federation.protocol.rounds import small_params
from tests.vectors import secagg

TOLD = json.loads((Path(secagg.__file__).parent / "secagg.json").read_text("utf-8"))
PARTS = [case for case in TOLD["cases"] if "given" in case]
ROUND = [case for case in TOLD["cases"] if "step" in case]


def params_for(given: dict[str, Any]) -> RoundParams:
    return small_params(round_id=UUID(given["round"]), manifest_hash=bytes.fromhex(given["manifest"]))


def secrets_of(g: dict[str, Any]) -> dict[str, str]:
    made = Secrets(h(g["root"]), h(g["binding"]), UUID(g["device"]))
    return {
        "seal_key": made.seal_key.private_bytes_raw().hex(),
        "mask_key": made.mask_key.private_bytes_raw().hex(),
        "self_seed": made.self_seed.hex(),
    }


def h(text: str) -> bytes:
    return bytes.fromhex(text)


def rows(values: dict[str, str]) -> dict[UUID, bytes]:
    return {UUID(device): h(value) for device, value in values.items()}


COMPUTE: dict[str, Callable[[dict[str, Any]], Any]] = {
    "binding": lambda g: derive.binding(params_for(g), rows(g["roster"])).hex(),
    "gathering": lambda g: derive.gathering(h(g["binding"]), rows(g["hashes"])).hex(),
    "secrets": secrets_of,
    "seal key": lambda g: derive.seal_key(
        h(g["shared"]), h(g["binding"]), h(g["gathering"]), UUID(g["sender"]), UUID(g["receiver"])
    ).hex(),
    "pair mask": lambda g: derive.pair_mask(
        h(g["shared"]), h(g["binding"]), h(g["gathering"]), *map(UUID, g["devices"])
    ).hex(),
    "self mask": lambda g: derive.self_mask(h(g["seed"]), h(g["binding"]), UUID(g["device"])).hex(),
    "commitment": lambda g: derive.commitment(h(g["seed"]), h(g["binding"]), UUID(g["device"])).hex(),
    "mask": lambda g: prg.elements(h(g["key"]), g["count"]).astype("<u4").tobytes().hex(),
    "split": lambda g: [
        one.hex() for one in shamir.split(h(g["secret"]), g["threshold"], g["points"], h(g["key"]))
    ],
    "join": lambda g: (
        shamir.join([h(one) for one in g["shares"]], shamir.weights(g["points"])) or b""
    ).hex(),
    "share": lambda g: shamir.check(h(g["share"])) or "",
    "open seal": lambda g: b"".join(seal.open_(h(g["sealed"]), h(g["key"]))).hex(),
    "public key": lambda g: derive.check_public(h(g["key"])) or "",
    "ring order": lambda g: list(ring_order(g["count"], h(g["gathering"]))),
    "degree": lambda g: list(degree(g["count"], g["corrupt"], g["dropouts"]) or ()),
}


@pytest.mark.parametrize("case", PARTS, ids=lambda case: case["name"])
def test_each_part(case: dict[str, Any]) -> None:
    expected = case["expect"]
    if isinstance(expected, dict) and "refusal" in expected:
        with pytest.raises(Refusal, match=f"^{expected['refusal']}:"):
            COMPUTE[case["name"]](case["given"])
    else:
        assert COMPUTE[case["name"]](case["given"]) == expected


def test_the_first_devices_way_through_the_round() -> None:
    """Every false inbox is refused by its code and uses nothing up; the right one gives exactly these bytes."""
    first = TOLD["about"]["devices"][0]
    client = secagg.client_of(UUID(first["device"]))
    for case in ROUND:
        step, inbox = Step.of(case["step"]), bytes.fromhex(case["inbox"])
        said = f"{case['step']}: {case['name']}"
        found: dict[str, str]
        try:
            found = {"message": secagg.act(client, step, inbox, np.array(first["update"])).hex()}
        except Refusal as refused:
            found = {"refusal": refused.code}
        assert case["expect"] == found, said


def test_the_sum_is_that_of_the_three_who_sent() -> None:
    told = TOLD["about"]
    whole = sum(np.array(one["update"]) * told["scale"] for one in told["devices"][:3])
    expected = np.array(whole, np.int64).astype(np.uint32).astype("<u4").tobytes().hex()
    assert told["sum"] == expected == secagg.Vectors().play().total().astype("<u4").tobytes().hex()
