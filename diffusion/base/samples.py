"""Draws the sample artists' pictures: ``python -m diffusion.base.samples --modules node_modules --out
samples``.

Five invented artists in four styles that the base has never seen, non-IID: two share a set with disjoint
subjects. No picture shows a subject of the demo's fixed prompts, and the held-out pictures belong to no
artist.
"""

import argparse
import hashlib
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from diffusion.base.render import draw
from diffusion.base.sets import HERE, LINE_SET, IconSet, clean, concepts, drawings
from diffusion.base.subjects import subjects

MONOTONE = IconSet("emojione-monotone", "CC-BY-4.0", "Emoji One Monotone (EmojiTwo), the EmojiTwo contributors",
                   "https://github.com/EmojiTwo/emojitwo")  # fmt: skip
PARK = IconSet("icon-park", "Apache-2.0", "IconPark, ByteDance", "https://github.com/bytedance/IconPark")
STREAMLINE = IconSet("streamline-emojis", "CC-BY-4.0", "Streamline Emojis, Streamline",
                     "https://github.com/webalys-hq/streamline-vectors")  # fmt: skip

DEMO_WORDS = re.compile(
    r"\b(hearts?|apple|tree|stars?|cat|cats|house|houses|home|fish|blowfish|shark|car|cars|automobile|taxi|"
    r"vehicle|minibus|love hotel)\b"
)
"""Subjects of the demo's prompts and their nearest kin: never in an artist's folder nor among the
held-out."""

SKIP = {("icon-park", "anchor"), ("icon-park", "cooking"), ("icon-park", "trumpet")}
"""Drawings whose name means something else in their set (the anchor of a vector path, and the like)."""

PICTURES, HELD_OUT = 48, 12
GROUPS = (3, 4, 5, 7)
"""Animals and plants, food, places, things. The autoencoder saw line art of other groups only."""


@dataclass(frozen=True)
class Artist:
    """One invented artist: draws in the set `source`, of the CLDR `groups`."""

    slug: str
    name: str
    style: str
    source: IconSet
    groups: tuple[int, ...] = GROUPS


ARTISTS = (
    Artist(
        "ines-calder", "Ines Calder", "Animals, plants and food cut in heavy black ink.", LINE_SET, (3, 4)
    ),
    Artist(
        "tomas-wren", "Tomas Wren", "Places, machines and things cut in heavy black ink.", LINE_SET, (5, 7)
    ),
    Artist(
        "adaeze-lind", "Adaeze Lind", "Woodcut-like drawings in solid black and fine white lines.", MONOTONE
    ),
    Artist("jun-halvorsen", "Jun Halvorsen", "Thick black contours, filled with one bright blue.", PARK),
    Artist(
        "mirela-okoro", "Mirela Okoro", "Thin dark outlines, clear colours and a soft shadow.", STREAMLINE
    ),
)


Row = tuple[str, str, str]


def pool(modules: Path, source: IconSet) -> list[tuple[str, int, str]]:
    """(label, group, SVG) of a set's usable drawings: what the base can draw first, then by a hash of the
    label."""
    table, known = concepts(modules), subjects()
    found = [(table[n].label, table[n].group, svg) for n, svg in drawings(modules, source.slug).items()]
    fit = [
        row
        for row in found
        if row[1] in GROUPS and not DEMO_WORDS.search(row[0]) and (source.slug, row[0]) not in SKIP
    ]
    return sorted(fit, key=lambda r: (r[0] not in known, hashlib.sha256(clean(r[0]).encode()).hexdigest()))


def choose(modules: Path) -> dict[str, list[Row]]:
    """Folder name -> (file name, label, SVG) of its pictures; ``held_out`` has those that nobody trains on."""
    out: dict[str, list[Row]] = {"held_out": []}
    for source in dict.fromkeys(a.source for a in ARTISTS):
        rows = pool(modules, source)
        away = rows[: HELD_OUT * 4 : 4]
        out["held_out"] += [(f"{source.slug}-{_file(label)}", label, svg) for label, _, svg in away]
        rest = [row for row in rows if row not in away]
        for artist in (a for a in ARTISTS if a.source == source):
            mine = [(_file(label), label, svg) for label, group, svg in rest if group in artist.groups]
            out[artist.slug] = mine[:PICTURES]
    return out


def _file(label: str) -> str:
    return label.replace(" ", "-") + ".png"


def write_pictures(folder: Path, rows: list[Row]) -> None:
    """Draws `rows` into `folder` as small PNG files with a captions.json."""
    folder.mkdir(parents=True)
    captions = {}
    for name, label, svg in rows:
        draw(svg, margin=0.04).quantize(64).save(folder / name, optimize=True)
        captions[name] = label
    (folder / "captions.json").write_text(json.dumps(captions, indent=1, sort_keys=True) + "\n")


def credit(source: IconSet) -> str:
    """What the licence asks to be said beside the pictures."""
    return (
        f"The pictures are from {source.credit} ({source.source_url}), licensed {source.licence}, "
        "by way of the npm package "
        f"@iconify-json/{source.slug}. They were drawn at 128 pixels on white; nothing else was changed.\n"
        f"The licence's text: ../LICENSES/{source.licence}.txt\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--modules", type=Path, default=HERE / "node_modules")
    parser.add_argument("--out", type=Path, default=HERE.parent.parent / "samples")
    args = parser.parse_args()
    for slug, rows in choose(args.modules).items():
        folder = args.out / slug
        if folder.exists():
            shutil.rmtree(folder)
        write_pictures(folder, rows)
        print(f"{slug}: {len(rows)} pictures")
    for artist in ARTISTS:
        source = artist.source
        row = {
            "slug": artist.slug, "name": artist.name, "style": artist.style, "licence": source.licence,
            "credit": source.credit, "source": f"@iconify-json/{source.slug}", "source_url": source.source_url,
        }  # fmt: skip
        (args.out / artist.slug / "artist.json").write_text(json.dumps(row, indent=1) + "\n")
        (args.out / artist.slug / "CREDIT.txt").write_text(
            f"{artist.name} is an invented sample artist.\n" + credit(source)
        )
    credits = [f"{s.slug}-*.png. {credit(s)}" for s in dict.fromkeys(a.source for a in ARTISTS)]
    (args.out / "held_out" / "CREDIT.txt").write_text("\n".join(credits))


if __name__ == "__main__":
    main()
