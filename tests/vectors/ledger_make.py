"""Writes ledger.json and bundle.zip: `python -m tests.vectors.ledger_make`. Python and Chromium agree on each case.

Every case says what it is (`do`), what goes in, and what must come out: a value, or the code of the refusal.
"""

import json
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from consent.ledger.checkpoints import Checkpoint
from consent.ledger.notes import COSIGNATURE, Key, Note, Signature, sign_note
from consent.ledger.proof_file import ProofFile, pack_extra
from consent.ledger.tree import consistency_ranges, hashes_of, inclusion_ranges, leaf_hash, root_of
from tests.consent.ledger import logs
from tests.vectors import ledger_signed
from tests.vectors.ledger_records import record_cases
from tests.vectors.ledger_signed import case, refused

HERE = Path(__file__).parent
# The eight leaves of the reference test of certificate-transparency (merkletree/merkle_tree_test.cc), in hex.
CT_LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# The examples in C2SP signed-note.md and tlog-cosignature.md.
C2SP_NOTE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1E"
    "RYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
C2SP_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
BEHIND = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+"
    "zyWE+xeMcTOAYQ8=\n"
)


def tree_cases() -> list[dict[str, Any]]:
    """Roots, inclusion and consistency over the reference leaves, right and wrong."""
    leaves = [leaf_hash(bytes.fromhex(one)) for one in CT_LEAVES]
    rows = [case("root of nothing", "root", sha256(b"").hexdigest(), leaves=[])]
    for size in range(1, 9):
        rows.append(case(f"reference root of {size}", "root", CT_ROOTS[size - 1], leaves=CT_LEAVES[:size]))
        assert root_of(leaves[:size]).hex() == CT_ROOTS[size - 1]
    for index, size in ((0, 1), (0, 8), (5, 8), (2, 3), (1, 5), (4, 5), (6, 7)):
        path = _path(leaves[:size], inclusion_ranges(index, size))
        given = {"leaf": leaves[index].hex(), "index": index, "size": size, "root": CT_ROOTS[size - 1]}
        rows.append(case(f"leaf {index} of {size}", "inclusion", True, **given, path=path))
        rows.append(
            case(
                f"leaf {index} of {size}, path one longer",
                "inclusion",
                False,
                **given,
                path=[*path, "00" * 32],
            )
        )
        other = {**given, "index": index + 1}
        rows.append(
            case(f"leaf {index} of {size} said to be the next", "inclusion", False, **other, path=path)
        )
        if path:
            rows.append(
                case(f"leaf {index} of {size}, path cut", "inclusion", False, **given, path=path[:-1])
            )
            flipped = [_flip(path[0]), *path[1:]]
            rows.append(
                case(f"leaf {index} of {size}, a bit wrong", "inclusion", False, **given, path=flipped)
            )
    for old, new in ((1, 8), (6, 8), (2, 5), (4, 8), (7, 8), (3, 7), (8, 8)):
        path = _path(leaves[:new], consistency_ranges(old, new))
        given = {"old": old, "new": new, "old_root": CT_ROOTS[old - 1], "new_root": CT_ROOTS[new - 1]}
        rows.append(case(f"{old} grew to {new}", "consistency", True, **given, path=path))
        forked = {**given, "old_root": _flip(CT_ROOTS[old - 1])}
        rows.append(case(f"{old} did not grow to {new}", "consistency", False, **forked, path=path))
        rows.append(
            case(f"{old} to {new}, path one longer", "consistency", False, **given, path=[*path, "00" * 32])
        )
        if path:
            rows.append(case(f"{old} to {new}, path cut", "consistency", False, **given, path=path[:-1]))
    rows.append(case("smaller than before", "consistency", False, old=8, new=6, old_root=CT_ROOTS[7],
                     new_root=CT_ROOTS[5], path=[]))  # fmt: skip
    return rows


def note_cases() -> list[dict[str, Any]]:
    """Signed notes and checkpoints: the published examples, and every way of being wrong."""
    own = logs.note(logs.records())
    text, whole = own.text, own.dump().decode()
    damaged = Note(text, (Signature(logs.LOG.name, logs.LOG.key_id, bytes(64)),)).dump().decode()
    key = logs.LOG.vkey()
    return [
        case("the example of signed-note", "note", [C2SP_VKEY], note=C2SP_NOTE, keys=[C2SP_VKEY]),
        case("the example of tlog-checkpoint, its key unknown", "note", [], note=BEHIND, keys=[C2SP_VKEY]),
        case("our checkpoint", "note", [key], note=whole, keys=[key]),
        case(
            "a known key's signature that does not hold",
            "note",
            refused("bad-note-signature"),
            note=damaged,
            keys=[key],
        ),
        case("no empty line", "note", refused("bad-note"), note=whole.replace("\n\n", "\n"), keys=[key]),
        case("no newline at the end", "note", refused("bad-note"), note=whole[:-1], keys=[key]),
        case("a carriage return", "note", refused("bad-note"), note=whole.replace("\n", "\r\n"), keys=[key]),
        case("a hyphen for the dash", "note", refused("bad-note"), note=whole.replace("—", "-"), keys=[key]),
        case(
            "base64 without padding",
            "note",
            refused("bad-note"),
            note=C2SP_NOTE.replace("aQM=", "aQM"),
            keys=[C2SP_VKEY],
        ),
    ]


def checkpoint_cases() -> list[dict[str, Any]]:
    """Checkpoints, cosignatures and verifier keys."""
    own = logs.note(logs.records())
    text, whole, key = own.text, own.dump().decode(), logs.LOG.vkey()
    other = sign_note(text, Key(logs.ORIGIN, logs.public("other")), logs.private("other")).dump().decode()
    rows = [
        case(
            "checkpoint",
            "checkpoint",
            {"origin": logs.ORIGIN, "size": 7, "root": _root(text)},
            note=whole,
            keys=[key],
        ),
        case("signed by nobody known", "checkpoint", refused("unsigned-checkpoint"), note=other, keys=[key]),
        case("not a checkpoint", "checkpoint", refused("bad-checkpoint"), note=C2SP_NOTE, keys=[C2SP_VKEY]),
        case("a witness saw it", "cosigned", [1_795_500_000], note=whole, keys=[logs.WITNESS.vkey()]),
        case(
            "another witness",
            "cosigned",
            [],
            note=whole,
            keys=[Key("witness.example/w2", logs.public("witness"), COSIGNATURE).vkey()],
        ),
        case("the example's key", "vkey", "530d903a", vkey=C2SP_VKEY),
        case("an id that does not fit", "vkey", refused("bad-vkey"), vkey=C2SP_VKEY.replace("530d", "530e")),
        case("a name with a space", "vkey", refused("bad-vkey"), vkey="a b" + C2SP_VKEY[15:]),
        case("ECDSA", "vkey", refused("bad-vkey"), vkey=C2SP_VKEY.replace("Aeky", "Auky")),
    ]
    for name, wrong in (
        ("a leading zero", text.replace("\n7\n", "\n07\n")),
        ("a sign", text.replace("\n7\n", "\n+7\n")),
        ("a short root", Checkpoint(logs.ORIGIN, 7, bytes(31)).text()),
        ("no origin", text.partition("\n")[2]),
        ("an empty tree with another root", Checkpoint(logs.ORIGIN, 0, bytes(32)).text()),
    ):
        signed = sign_note(wrong, logs.LOG, logs.private("log")).dump().decode()
        rows.append(
            case(
                f"a checkpoint with {name}", "checkpoint", refused("bad-checkpoint"), note=signed, keys=[key]
            )
        )
    return rows


def receipt_cases() -> list[dict[str, Any]]:
    """Receipts that hold, and how much each proves."""
    good, key, witness = logs.receipt(2), logs.LOG.vkey(), logs.WITNESS.vkey()
    without_text = {name: value for name, value in good.items() if name != "notice_text"}
    rows: list[tuple[str, Any, int, int]] = [
        ("a grant", good, 6, 1),
        ("a withdrawal without a key", logs.receipt(3), 6, 1),
        ("not cosigned", logs.receipt(2, cosigned=False), 5, 2),
        ("no text enclosed", without_text, 5, 2),
    ]
    found = [
        case(
            name,
            "receipt",
            {"proven": proven, "unproven": unproven},
            receipt=value,
            logs=[key],
            witnesses=[witness],
        )
        for name, value, proven, unproven in rows
    ]
    nothing = case("a grant, nothing known before", "receipt", {"proven": 5, "unproven": 3}, receipt=good)
    return [*found, nothing | {"logs": [], "witnesses": []}, *forged_receipt_cases()]


def forged_receipt_cases() -> list[dict[str, Any]]:
    """Each part of a receipt exchanged."""
    good, other = logs.receipt(2), logs.receipt(5)
    proof, lone = good["proof"], logs.note(logs.records(), key="other").dump().decode()
    rows: list[tuple[str, dict[str, Any], str]] = [
        ("another text", {"notice_text": logs.NOTICE + "and everything else\n"}, "wrong-shape"),
        ("another statement", {"statement": other["statement"]}, "not-included"),
        ("another proof", {"proof": other["proof"]}, "not-included"),
        ("one letter of the statement", {"statement": _with_key(good["statement"])}, "not-included"),
        ("another log's key", {"proof": proof.partition("\n\n")[0] + "\n\n" + lone}, "unsigned-checkpoint"),
        ("no salt", {"proof": _without_salt(proof)}, "bad-proof-file"),
        ("about a round", _about_round(), "wrong-shape"),
        ("another header", {"proof": proof.replace("@v1", "@v2")}, "bad-proof-file"),
        ("a larger index", {"proof": proof.replace("index 2", "index 6")}, "not-included"),
        ("an index with a zero before", {"proof": proof.replace("index 2", "index 02")}, "bad-checkpoint"),
        ("an older format", {"format": "fedart-receipt-1"}, "bad-proof-file"),
        ("a list for the statement", {"statement": []}, "bad-proof-file"),
        ("a statement that nobody signed", logs.unsigned_receipt(), "bad-signature"),
    ]
    more = {"logs": [logs.LOG.vkey()], "witnesses": []}
    found = [
        case(name, "receipt", refused(code), receipt=good | changes, **more) for name, changes, code in rows
    ]
    return [*found, case("nothing", "receipt", refused("bad-proof-file"), receipt={}, **more)]


def _path(leaves: list[bytes], ranges: list[tuple[int, int]]) -> list[str]:
    hash_of: Callable[[int, int], bytes] = hashes_of(leaves)
    return [hash_of(*one).hex() for one in ranges]


def _flip(text: str) -> str:
    return f"{int(text[0], 16) ^ 1:x}{text[1:]}"


def _root(text: str) -> str:
    return text.split("\n")[2]


def _with_key(statement: str) -> str:
    return statement[:400] + ("A" if statement[400] != "A" else "B") + statement[401:]


def _without_salt(proof: str) -> str:
    entry = logs.records()[2].entry()
    lines = proof.split("\n")
    lines[1] = f"extra {b64encode(entry).decode()}"
    return "\n".join(lines)


def _about_round() -> dict[str, str]:
    from consent.ledger.verify import to_b64url

    one = logs.records()[4]
    proof = ProofFile(4, one.path, logs.note(logs.records()).dump(), pack_extra(one.entry(), one.salt))
    return {"statement": to_b64url(one.body), "proof": proof.dump().decode()}


def write() -> None:
    """ledger.json, one case a line; bundle.zip."""
    lines = ",\n".join(
        json.dumps(one, ensure_ascii=False)
        for one in (
            *tree_cases(),
            *note_cases(),
            *checkpoint_cases(),
            *receipt_cases(),
            *ledger_signed.cases(),
            *record_cases(),
        )
    )
    about = "RFC 6962, C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof, and receipts. Hashes in hex."
    (HERE / "ledger.json").write_text(f'{{"about": "{about}", "cases": [\n{lines}\n]}}\n', "utf-8")
    (HERE / "bundle.zip").write_bytes(logs.bundle())


if __name__ == "__main__":
    write()
