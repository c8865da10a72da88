"""Do-not-train marks in a picture's file. A marked picture is left out until the artist says that it is hers.

Read are: C2PA assertions on training and mining (CAWG 1.1, and the older c2pa label), the PLUS "Data Mining" property
of IPTC Photo Metadata 2023.1, and TDMRep in XMP or PNG text. Nothing is fetched: a credential that lies elsewhere on
the net stays there.
"""

import io
import json
import re
import warnings
from collections.abc import Iterator
from typing import Any

from PIL import Image

from edge.answers import plain
from edge.folder.captions import xmp_of

OFFLINE = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
FORBIDS = frozenset(("notAllowed", "constrained"))
SUBJECTS = ("training", "data_mining")
_DMI = re.compile(r"DMI-PROHIBITED[A-Z-]*")
_TDM = re.compile(r"reservation\s*(?:=\s*[\"']|>)\s*1")
_TDM_SPACE = "www.w3.org/ns/tdmrep"
_MIME = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


def mark_of(data: bytes, picture: Image.Image) -> str:
    """What the file says against training, in a sentence; empty where it says nothing. Never raises."""
    return _credential(data, picture.format or "") or _metadata(data, picture)


def _metadata(data: bytes, picture: Image.Image) -> str:
    words = [xmp_of(picture), *(v for v in picture.info.values() if isinstance(v, str))]
    text = "\n".join([*words, _packets(data)])
    found = _DMI.search(text)
    if found:
        return f"Its metadata says {found[0]} (IPTC, PLUS)."
    reserved = picture.info.get("tdm-reservation") == "1" or (_TDM_SPACE in text and _TDM.search(text))
    return "Its metadata reserves text and data mining (TDMRep)." if reserved else ""


def _packets(data: bytes) -> str:
    """XMP that Pillow does not hand out, such as the extended packets of a JPEG."""
    if b"DMI-PROHIBITED" not in data and _TDM_SPACE.encode() not in data:
        return ""
    return data.decode("latin-1")


def _credential(data: bytes, form: str) -> str:
    """The mark in a Content Credential. The library is loaded only for a file that holds one."""
    if b"jumb" not in data or b"c2pa" not in data:
        return ""
    try:
        said = next(_forbidding(_report(data, form)), None)
    except Exception:  # a damaged credential: what it says is still to be respected
        return (
            "Its Content Credential is damaged and speaks of training." if b"training-mining" in data else ""
        )
    return "" if said is None else f"A Content Credential by {said} does not allow training."


def _report(data: bytes, form: str) -> dict[str, Any]:
    import c2pa

    with warnings.catch_warnings(), c2pa.Context.from_dict(OFFLINE) as context:
        warnings.simplefilter("ignore")
        with c2pa.Reader(_MIME[form], io.BytesIO(data), context=context) as reader:
            report: dict[str, Any] = json.loads(reader.json())
            return report


def _forbidding(report: dict[str, Any]) -> Iterator[str]:
    """The signers of manifests that forbid training or mining; those of ingredients count too."""
    for manifest in report["manifests"].values():
        for assertion in manifest.get("assertions", ()):
            if "training-mining" in assertion["label"] and _forbids(assertion["data"]):
                signer = manifest.get("signature_info") or {}
                yield plain(str(signer.get("common_name") or signer.get("issuer") or "somebody"), 60)


def _forbids(data: dict[str, Any]) -> bool:
    entries = data.get("entries", data)
    return any(
        value.get("use") in FORBIDS
        for name, value in entries.items()
        if isinstance(value, dict) and any(subject in name for subject in SUBJECTS)
    )
