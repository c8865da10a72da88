"""WCAG 2.2 contrast of the colour tokens, in light and in dark: 4.5 for text, 3 for edges of controls and focus."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[2] / "static/css/tokens.css").read_text()
COLOUR = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")


def _colours(selector: str) -> dict[str, str]:
    block = TOKENS.partition(f"{selector} {{")[2].partition("}")[0]
    return dict(COLOUR.findall(block))


LIGHT, DARK = _colours(":root"), _colours(':root[data-theme="dark"]')
COLOURS = {name: (light, DARK[name]) for name, light in LIGHT.items()}

TEXT = [
    *(
        (ink, ground)
        for ink in ("ink", "ink-soft", "accent", "accent-strong")
        for ground in ("wall", "mat", "sunken")
    ),
    *((tone, f"{tone}-wash") for tone in ("good", "wait", "stop", "accent")),
    *((tone, ground) for tone in ("good", "wait", "stop") for ground in ("wall", "mat")),
    *((ink, f"{tone}-wash") for ink in ("ink", "accent") for tone in ("good", "wait", "stop", "accent")),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
]
EDGES = [("edge", "wall"), ("edge", "mat"), ("accent", "wall"), ("accent", "mat"), ("accent", "hairline")]


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two colours, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_it_works() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert len(COLOURS) >= 15


def test_the_dark_is_the_same_however_it_is_chosen() -> None:
    assert _colours(':root:not([data-theme="light"])') == DARK
    assert set(DARK) == set(LIGHT)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(ink: str, ground: str, scheme: int) -> None:
    assert contrast(COLOURS[ink][scheme], COLOURS[ground][scheme]) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("line", "ground"), EDGES)
def test_edges_can_be_seen(line: str, ground: str, scheme: int) -> None:
    assert contrast(COLOURS[line][scheme], COLOURS[ground][scheme]) >= 3
