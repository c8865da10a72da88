"""Writes wire.json, quantize.json and secagg.json: `python -m tests.vectors.make`.

The files are the truth; look at what changes.
"""

import json
from pathlib import Path
from typing import Any

from federation.protocol import wire
from federation.protocol.steps import Step
from tests.federation.protocol.rounds import DEVICES, small_params
from tests.vectors import secagg

HERE = Path(__file__).parent
PARAMS = small_params()
ONE = DEVICES[0]


def wire_cases() -> list[dict[str, Any]]:
    """Each: the bytes, which step, sender and body the reader expects, and what comes of it."""
    good = wire.pack(PARAMS, Step.ADVERTISE_KEYS, ONE, b"")
    devices = wire.pack_devices(DEVICES[:3])
    listed = wire.pack(PARAMS, Step.SHARE_KEYS, wire.SERVER, devices)
    raw = (8).to_bytes(4, "little") + b"".join(n.to_bytes(4, "little") for n in range(8))
    vector = wire.pack(PARAMS, Step.MASKED_INPUT, ONE, raw)
    plain = ("advertise-keys", ONE, "bytes")
    of_list = ("share-keys", wire.SERVER, "devices")
    of_vector = ("masked-input", ONE, "vector")
    twice = devices[:4] + DEVICES[0].bytes * 3
    backwards = devices[:4] + b"".join(one.bytes for one in reversed(DEVICES[:3]))
    rows = [
        ("empty body", good, plain, {"value": ""}),
        ("a list of devices", listed, of_list, {"value": [str(one) for one in DEVICES[:3]]}),
        ("a vector", vector, of_vector, {"value": list(range(8))}),
        ("nothing", b"", plain, "message-truncated"),
        ("half a header", good[:40], plain, "message-truncated"),
        ("a byte missing", vector[:-1], of_vector, "message-truncated"),
        ("a byte too many", good + b"\0", plain, "message-wrong-length"),
        ("reserved bytes used", good[:6] + b"\1" + good[7:], plain, "message-version"),
        ("another magic", b"GAM\0" + good[4:], plain, "message-not-ours"),
        ("version 2", good[:4] + b"\2" + good[5:], plain, "message-version"),
        ("step 0", good[:5] + b"\0" + good[6:], plain, "message-wrong-step"),
        ("step 6", good[:5] + b"\6" + good[6:], plain, "message-wrong-step"),
        ("another step", wire.pack(PARAMS, Step.UNMASK, ONE, b""), plain, "message-wrong-step"),
        ("another round", good[:8] + bytes(16) + good[24:], plain, "message-wrong-round"),
        ("another sender", wire.pack(PARAMS, Step.ADVERTISE_KEYS, DEVICES[1], b""), plain, "message-wrong-sender"),
        ("a device that speaks as the server", good[:5] + b"\x81" + good[6:], plain, "message-wrong-sender"),
        ("the server that speaks as a device", good[:24] + bytes(16) + good[40:], plain, "message-wrong-sender"),
        ("other terms", good[:40] + bytes(32) + good[72:], plain, "message-wrong-manifest"),
        ("a length of 4 GiB", good[:72] + b"\xff" * 4, plain, "message-too-long"),
        ("a list out of order", pack_list(backwards), of_list, "list-not-canonical"),
        ("a device twice", pack_list(twice), of_list, "list-not-canonical"),
        ("the all-zero device", pack_list(b"\1\0\0\0" + bytes(16)), of_list, "list-not-canonical"),
        ("a list of 4097", pack_list((4097).to_bytes(4, "little")), of_list, "list-too-long"),
        ("a list shorter than it says", pack_list(devices[:-16]), of_list, "message-wrong-length"),
        ("a list without a count", pack_list(b"\1"), of_list, "message-wrong-length"),
        ("a vector of seven", wire.pack(PARAMS, Step.MASKED_INPUT, ONE, b"\7\0\0\0" + raw[8:]), of_vector,
         "vector-wrong-length"),
        ("a vector that says nine", wire.pack(PARAMS, Step.MASKED_INPUT, ONE, b"\x09\0\0\0" + raw[4:]), of_vector,
         "vector-wrong-length"),
    ]  # fmt: skip
    return [
        {"name": name, "step": step, "sender": str(sender), "body": body, "bytes": data.hex(),
         "expect": {"refusal": expect} if isinstance(expect, str) else expect}
        for name, data, (step, sender, body), expect in rows
    ]  # fmt: skip


def pack_list(body: bytes) -> bytes:
    """A server's list for share-keys with that body, right or wrong."""
    return wire.pack(PARAMS, Step.SHARE_KEYS, wire.SERVER, body)


def quantize_cases() -> list[dict[str, Any]]:
    """Each: the update (decimal strings), clip, scale and uniform draws in [0, 1); a number is rounded up where its
    draw is below its fraction. `ring` is the little-endian hexadecimal of the vector."""
    rows = [
        ("zero", ["0", "0"], "1.0", 1024, [0.0, 0.9], [0, 0]),
        ("whole steps are exact", ["0.5", "-0.5"], "1.0", 1024, [0.0, 0.0], [512, 2**32 - 512]),
        ("draw below the fraction rounds up", ["0.000244140625"], "1.0", 1024, [0.2], [1]),
        ("draw above the fraction rounds down", ["0.000244140625"], "1.0", 1024, [0.3], [0]),
        ("negative fractions round down first", ["-0.000244140625"], "1.0", 1024, [0.9], [2**32 - 1]),
        ("clipped to the norm", ["3.0", "4.0"], "1.0", 1000, [0.999, 0.999], [600, 800]),
        ("clip keeps the sign", ["-30.0", "0.0", "40.0"], "5.0", 100, [0.999] * 3, [2**32 - 300, 0, 400]),
        ("huge", ["1e308", "0"], "1.0", 1024, [0.5, 0.5], [1024, 0]),
    ]  # fmt: skip
    cases = [
        {"name": name, "update": update, "clip": clip, "scale": scale, "draws": draws,
         "expect": {"ring": b"".join(one.to_bytes(4, "little") for one in ring).hex()}}
        for name, update, clip, scale, draws, ring in rows
    ]  # fmt: skip
    for bad in ("nan", "inf", "-inf"):
        cases.append({"name": f"{bad} is refused", "update": ["0.1", bad], "clip": "1.0", "scale": 1024,
                      "draws": [0.5, 0.5], "expect": {"refusal": "update-not-finite"}})  # fmt: skip
    return cases


def write(name: str, about: Any, cases: list[dict[str, Any]]) -> None:
    """One file of vectors, one case a line, so that differences can be read."""
    lines = ",\n".join(json.dumps(case) for case in cases)
    (HERE / name).write_text(f'{{"about": {json.dumps(about)}, "cases": [\n{lines}\n]}}\n', "utf-8")


if __name__ == "__main__":
    about = f"Round {PARAMS.round_id}, manifest hash {PARAMS.manifest_hash.hex()}, length {PARAMS.length}."
    write("wire.json", about, wire_cases())
    write("quantize.json", "Clip, scale, round with the given draws, mod 2^32.", quantize_cases())
    write("secagg.json", secagg.about(), [*secagg.part_cases(), *secagg.round_cases()])
