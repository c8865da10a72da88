"""The picture sets: which npm package each is, under which licence, and what it may be used for."""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class IconSet:
    """One pictogram set of `@iconify-json`: `licence` is the SPDX id its info.json declares."""

    slug: str
    licence: str
    credit: str
    source_url: str

    @property
    def words(self) -> str:
        """The style's name as it stands in captions: "fluent emoji flat"."""
        return self.slug.replace("-", " ")


BASE_SETS = (
    IconSet("noto", "Apache-2.0", "Noto Emoji, Google Inc.", "https://github.com/googlefonts/noto-emoji"),
    IconSet("noto-v1", "Apache-2.0", "Noto Emoji v1, Google Inc.", "https://github.com/googlefonts/noto-emoji"),
    IconSet("twemoji", "CC-BY-4.0", "Twemoji, Twitter Inc and other contributors",
            "https://github.com/twitter/twemoji"),
    IconSet("fluent-emoji-flat", "MIT", "Fluent Emoji, Microsoft Corporation",
            "https://github.com/microsoft/fluentui-emoji"),
    IconSet("emojione", "CC-BY-4.0", "Emoji One (EmojiTwo), the EmojiTwo contributors",
            "https://github.com/EmojiTwo/emojitwo"),
    IconSet("fxemoji", "Apache-2.0", "FxEmojis, Mozilla", "https://github.com/mozilla/fxemoji"),
)  # fmt: skip

# Teaches the autoencoder to keep outlines. Only the CLDR groups below are read for it, so that no picture of
# a sample artist (who draw animals, food, places and things: groups 3, 4, 5, 7) is ever among its training
# data.
LINE_SET = IconSet("fluent-emoji-high-contrast", "MIT", "Fluent Emoji High Contrast, Microsoft Corporation",
                   "https://github.com/microsoft/fluentui-emoji")  # fmt: skip
LINE_GROUPS = (0, 1, 6, 8)

SMALLER_THAN = 120_000
"""Bodies of SVG longer than this (characters) are skipped: a handful take longer to draw than all the
others."""


def clean(text: str) -> str:
    """Lower case, letters, digits and single blanks only: how every caption of the base was written."""
    return " ".join(re.sub(r"[^a-z0-9 ]+", " ", text.lower()).split())


@dataclass(frozen=True)
class Concept:
    """One Unicode emoji: its CLDR `label`, further words, and its CLDR group number."""

    label: str
    tags: tuple[str, ...]
    group: int
    hexcode: str


@lru_cache
def concepts(modules: Path) -> tuple[Concept, ...]:
    """All concepts of emojibase-data except flags and skin tones, in CLDR order."""
    rows = json.loads((modules / "emojibase-data/en/data.json").read_text())
    keep = [r for r in rows if r.get("group") not in (None, 2, 9)]
    return tuple(Concept(clean(r["label"]), tuple(r.get("tags", [])), r["group"], r["hexcode"]) for r in keep)


@lru_cache
def _numbers(modules: Path) -> dict[str, int]:
    """Normalised name -> number of the concept; labels win over shortcodes."""
    table = concepts(modules)
    names = {_squeeze(c.label): n for n, c in enumerate(table)}
    for source in ("cldr", "github", "iamcal", "joypixels"):
        path = modules / f"emojibase-data/en/shortcodes/{source}.json"
        codes: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        for number, concept in enumerate(table):
            found = codes.get(concept.hexcode, [])
            for code in [found] if isinstance(found, str) else found:
                names.setdefault(_squeeze(code), number)
    return names


def _squeeze(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower())


def drawings(modules: Path, slug: str) -> dict[int, str]:
    """Number of the concept -> a complete SVG document of it in the set `slug`."""
    book = json.loads((modules / f"@iconify-json/{slug}/icons.json").read_text())
    numbers, out = _numbers(modules), {}
    for name in [*book["icons"], *book.get("aliases", {})]:
        number, icon = numbers.get(_squeeze(name)), resolve(book, name)
        if (
            number is not None
            and number not in out
            and icon is not None
            and len(icon["body"]) <= SMALLER_THAN
        ):
            out[number] = svg(book, icon)
    return out


def resolve(book: dict[str, Any], name: str) -> dict[str, Any] | None:
    """The icon called `name`, through plain aliases; None for aliases that turn or flip the picture."""
    for _ in range(4):
        alias = book.get("aliases", {}).get(name)
        if alias is None:
            break
        if set(alias) - {"parent"}:
            return None
        name = alias["parent"]
    icon: dict[str, Any] | None = book["icons"].get(name)
    return icon


def svg(book: dict[str, Any], icon: dict[str, Any]) -> str:
    """The SVG document of an icon; strokes in the text's own colour become near-black."""
    box = [icon.get(k, book.get(k, d)) for k, d in (("left", 0), ("top", 0), ("width", 16), ("height", 16))]
    body = icon["body"].replace("currentColor", "#111")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{" ".join(str(v) for v in box)}">{body}</svg>'
    )
