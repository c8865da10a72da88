"""The cases of ledger.json about what was signed: strict JSON, proofs, second signatures."""

import json
from typing import Any

from consent.ledger.multibase import base58_decode, base58_encode, key_multibase
from consent.ledger.verify import from_b64url, to_b64url
from tests.consent.ledger import logs, touches


def case(name: str, do: str, expect: Any, **given: Any) -> dict[str, Any]:
    """One case; `expect` is the value, or {"refusal": code}."""
    return {"name": name, "do": do, **given, "expect": expect}


def refused(code: str) -> dict[str, str]:
    return {"refusal": code}


def strict_cases() -> list[dict[str, Any]]:
    """JSON that two readers could understand in two ways."""
    good = [
        '{"a":1}',
        "{}",
        '{"":"\\"x\\": ","a":["b",{"c":null}]}',
        '{"\\n":"1.5e3","a\\\\":true}',
        '{"\\":":"x","ä":"€"}',
    ]
    wrong = [
        ("", "not-json"),
        ("[]", "not-json"),
        ('"a"', "not-json"),
        ("{", "not-json"),
        ("\ufeff{}", "not-json"),
        ('{"a":1,"a":1}', "duplicate-key"),
        ('{"x":{"a":1,"a":2}}', "duplicate-key"),
        ('{"a":1,"\\u0061":2}', "duplicate-key"),
        ('{"b":1,"a":2}', "not-canonical"),
        ('{"a": 1}', "not-canonical"),
        ('{"a":1}\n', "not-canonical"),
        ('{"a":"\\u0041"}', "not-canonical"),
        ('{"a":-0}', "not-canonical"),
        ('{"a":1.5}', "wrong-shape"),
        ('{"a":1e2}', "wrong-shape"),
        ('{"a":9007199254740993}', "wrong-shape"),
        ('{"a":"\\ud800"}', "wrong-shape"),
        ('{"\\ud800":1}', "wrong-shape"),
        ('{"a":"\\u0000"}', "wrong-shape"),
        ('{"a":[[[[[[[[1]]]]]]]]}', "wrong-shape"),
        (json.dumps({"a": "x" * 300}, separators=(",", ":")), "too-large"),
    ]
    return [
        *(case(f"JSON {text}", "strict", json.loads(text), text=text) for text in good),
        *(case(f"JSON {text[:40]}", "strict", refused(code), text=text) for text, code in wrong),
    ]


def published_vector() -> dict[str, Any]:
    """The example of W3C's specification."""
    found: dict[str, Any] = json.loads(logs.VECTORS.joinpath("eddsa_jcs_2022.json").read_text("utf-8"))
    return found


def proof_cases() -> list[dict[str, Any]]:
    """eddsa-jcs-2022: the published example, and each part of a proof exchanged."""
    vector = published_vector()
    key, other = vector["publicKeyMultibase"], key_multibase(logs.public("artist"))
    proof = {
        "@context": vector["document"]["@context"],
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": vector["created"],
        "verificationMethod": f"did:key:{key}#{key}",
        "proofPurpose": "assertionMethod",
        "proofValue": vector["proofValue"],
    }
    good = {**vector["document"], "proof": proof}
    value = base58_decode(proof["proofValue"][1:])
    contexts = proof["@context"]
    changes: list[tuple[str, dict[str, Any], str]] = [
        ("another key", {"verificationMethod": f"did:key:{other}#{other}"}, "bad-signature"),
        ("another time", {"created": "2023-02-24T23:36:39Z"}, "bad-signature"),
        ("another suite", {"cryptosuite": "eddsa-rdfc-2022"}, "bad-proof"),
        ("another purpose", {"proofPurpose": "authentication"}, "bad-proof"),
        ("one field more", {"domain": "x"}, "bad-proof"),
        ("a number for a text", {"created": 5}, "bad-proof"),
        ("a context of its own", {"@context": [*contexts, "urn:x"]}, "bad-proof"),
        ("no context", {"@context": []}, "bad-proof"),
        ("a part of the contexts", {"@context": contexts[:1]}, "bad-signature"),
        ("the key alone", {"verificationMethod": key}, "bad-key"),
        ("a key of another kind", {"verificationMethod": "did:key:z6LS#z6LS"}, "bad-key"),
        ("the key written twice differently", {"verificationMethod": f"did:key:{other}#{key}"}, "bad-key"),
        ("a value of 63 bytes", {"proofValue": "z" + base58_encode(value[:-1])}, "bad-proof"),
        ("a value in hex", {"proofValue": "f" + value.hex()[:80]}, "bad-signature"),
        ("a value with a foreign letter", {"proofValue": proof["proofValue"][:-1] + "0"}, "bad-signature"),
        (
            "another value",
            {"proofValue": "z" + base58_encode(bytes([value[0] ^ 1]) + value[1:])},
            "bad-signature",
        ),
    ]
    less = {name: part for name, part in proof.items() if name != "created"}
    return [
        case("the published example", "proof", key, document=good),
        *(
            case(f"proof: {name}", "proof", refused(code), document=good | {"proof": proof | change})
            for name, change, code in changes
        ),
        case("proof: a field less", "proof", refused("bad-proof"), document=good | {"proof": less}),
        case("proof: none", "proof", refused("bad-proof"), document=vector["document"]),
        case("proof: a list", "proof", refused("bad-proof"), document=good | {"proof": [proof]}),
        case("proof: another document", "proof", refused("bad-signature"), document=good | {"name": "x"}),
    ]


def passkey_cases() -> list[dict[str, Any]]:
    """Receipts with a second signature: three kinds of keys, and all that must not pass for one."""
    good = logs.receipt(2)
    said, other = touches.statement_of(good), touches.statement_of(logs.receipt(5))
    known = {"logs": [logs.LOG.vkey()], "witnesses": [logs.WITNESS.vkey()]}
    held = [
        case(
            f"a passkey, {kind}",
            "receipt",
            {"proven": 7, "unproven": 1},
            receipt=good | {"passkey": touches.touch(said, kind)},
            **known,
        )
        for kind in ("p256", "ed25519", "rsa")
    ]
    rows: list[tuple[str, Any, str]] = [
        ("for another statement", touches.touch(other), "bad-passkey"),
        ("for another site", touches.touch(said, rp_id="evil.example"), "bad-passkey"),
        ("not touched", touches.touch(said, flags=4), "bad-passkey"),
        ("made to register", touches.touch(said, client={"type": "webauthn.create"}), "bad-passkey"),
        ("a number for a challenge", touches.touch(said, client={"challenge": 1}), "bad-passkey"),
        ("no JSON", touches.touch(said, client=b"{"), "bad-passkey"),
        ("a list", touches.touch(said, client=b"[]"), "bad-passkey"),
        ("UTF-16", touches.touch(said, client="{}".encode("utf-16")), "bad-passkey"),
        ("only the site's hash", touches.touch(said, authenticator=_site()), "bad-passkey"),
        ("flags, but no counter", touches.touch(said, authenticator=_site() + b"\x01"), "bad-passkey"),
        ("too long", touches.touch(said, authenticator=_site() + b"\x01" + bytes(8192)), "bad-passkey"),
        *_damaged(touches.touch(said)),
        *(
            (
                f"{kind} said to be {named}",
                touches.touch(said, kind) | {"publicKey": to_b64url(touches.spki(named))},
                "bad-passkey",
            )
            for kind, named in (("p256", "ed25519"), ("ed25519", "rsa"), ("rsa", "p256"))
        ),
    ]
    wrong = [
        case(f"a passkey, {name}", "receipt", refused(code), receipt=good | {"passkey": second}, **known)
        for name, second, code in rows
    ]
    withdrawal = logs.receipt(3)
    bare = withdrawal | {"passkey": touches.touch(said)}
    return [
        *held,
        *wrong,
        case("a passkey under a bare withdrawal", "receipt", refused("bad-proof"), receipt=bare, **known),
    ]


def _site() -> bytes:
    return from_b64url(touches.touch(touches.statement_of(logs.receipt(2)))["authenticatorData"])[:32]


def _damaged(good: dict[str, str]) -> list[tuple[str, Any, str]]:
    """One bit of each part, and ECDSA signatures and keys that are written in a second way."""
    found: list[tuple[str, Any, str]] = []
    for name in ("publicKey", "clientDataJSON", "authenticatorData", "signature"):
        raw = bytearray(from_b64url(good[name]))
        raw[-1] ^= 1
        found.append((f"a bit of its {name}", good | {name: to_b64url(bytes(raw))}, "bad-passkey"))
        found.append(
            (f"no {name}", {one: part for one, part in good.items() if one != name}, "bad-proof-file")
        )
    signature, key = from_b64url(good["signature"]), from_b64url(good["publicKey"])
    first = signature[4 : 4 + signature[3]]
    padded = bytes([0x30, signature[1] + 1, 2, len(first) + 1, 0]) + first + signature[4 + len(first) :]
    others = [
        ("bytes behind its signature", "signature", signature + b"\x00"),
        ("a number with a zero before", "signature", padded),
        ("an empty signature", "signature", b""),
        ("r and s side by side", "signature", first.rjust(32, b"\0")[-32:] * 2),
        ("bytes behind its key", "publicKey", key + b"\x00"),
        ("a compressed key", "publicKey", _compressed(key)),
        ("half a key", "publicKey", key[:40]),
    ]
    found += [(name, good | {part: to_b64url(raw)}, "bad-passkey") for name, part, raw in others]
    return [
        *found,
        ("a number for the site", good | {"rpId": 5}, "bad-proof-file"),
        ("padded base64", good | {"signature": good["signature"] + "="}, "bad-proof-file"),
        ("a text", "touched", "bad-proof-file"),
    ]


def _compressed(spki: bytes) -> bytes:
    """The same P-256 point in 33 bytes (SEC 1, 2.3.3)."""
    point = bytes([2 + (spki[-1] & 1)]) + spki[-64:-32]
    return bytes([0x30, 0x39]) + spki[2:23] + bytes([0x03, 0x22, 0x00]) + point


def cases() -> list[dict[str, Any]]:
    """All of them."""
    return [*strict_cases(), *proof_cases(), *passkey_cases()]
