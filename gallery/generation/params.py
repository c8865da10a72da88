"""GenerationParams: the one frozen record that the form fills, the worker obeys, the history shows and remix recalls.

Pure: no Django, no torch. What is written with `to_json` is read back by `from_json` as the same record or refused.
"""

import math
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self
from uuid import UUID

from gallery.errors import Refusal

PROMPT_MAX = 300
"""Characters. The text encoder reads about 77 words and parts of words; more would be dropped without a word."""
STEPS_MIN, STEPS_MAX, STEPS_DEFAULT = 4, 50, 16
GUIDANCE_MIN, GUIDANCE_MAX, GUIDANCE_DEFAULT = 0.0, 15.0, 4.0
SEED_MIN, SEED_MAX = 0, 2**31 - 1
STRENGTH_MIN, STRENGTH_MAX, STRENGTH_DEFAULT = 0.0, 1.5, 1.0
VERSION_MAX = 1_000_000
SIDE_MIN, SIDE_MAX, SIDE_STEP = 32, 1024, 16
"""Pixels. 0 by 0 is the base's own size; every base of the families we load draws multiples of 16."""
COUNT_MAX = 4
"""Pictures of one asking: each has a seed of its own, counted up from the first."""
DECIMALS = 2
"""Guidance and strength are kept to hundredths, so that what is shown is exactly what is used."""

FORMAT = 2
FIRST = frozenset(("v", "prompt", "seed", "version", "strength", "steps", "guidance"))
"""What records of format 1 held; what came later is then as it was before there was a choice."""
# Overrides and embeddings turn the text around them: a prompt could read as something it is not. Right-to-left
# letters themselves, and the plain marks beside them, are welcome.
DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _refuse(field: str, code: str, why: str, fix: str) -> Refusal:
    return Refusal(code=code, why=why, fix=fix, field=field)


def clean_words(text: object, field: str = "prompt") -> str:
    """Text as it will be used, empty or not: composed (NFC), runs of blanks made one. Refuses what is no text."""
    if not isinstance(text, str):
        raise _refuse(field, "prompt-not-text", "The prompt is not text.", "Write a few words.")
    if len(text) > PROMPT_MAX * 4:
        raise _too_long(field, len(text))
    words = " ".join(text.split())
    for character in words:
        category = unicodedata.category(character)
        if category in ("Cc", "Cs") or character in DIRECTION_MARKS:
            raise _refuse(
                field,
                "prompt-invisible-characters",
                f"The prompt holds an invisible control character (U+{ord(character):04X}).",
                "Type the words instead of pasting them, or paste them as plain text.",
            )
    words = unicodedata.normalize("NFC", words)
    if len(words) > PROMPT_MAX:
        raise _too_long(field, len(words))
    return words


def clean_prompt(text: object) -> str:
    """The prompt as it will be used. Refuses what is no prompt, and an empty one."""
    prompt = clean_words(text)
    if not prompt:
        raise _refuse(
            "prompt",
            "prompt-empty",
            "The prompt is empty.",
            "Say what should be in the picture, for example: a red apple.",
        )
    return prompt


def _too_long(field: str, length: int) -> Refusal:
    return _refuse(
        field,
        "prompt-too-long",
        f"The prompt has {length} characters; at most {PROMPT_MAX} can be used.",
        "Keep the words that matter most.",
    )


def _code(field: str) -> str:
    return field.replace("_", "-")


def whole(field: str, value: object, low: int, high: int) -> int:
    """`value` as a whole number within [low, high]; a float that is whole is not accepted, nor a bool."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise _refuse(
            field, f"{field}-not-whole", f"The {field} is not a whole number.", f"Choose {low} to {high}."
        )
    if not low <= value <= high:
        raise _refuse(
            field,
            f"{_code(field)}-out-of-range",
            f"The {field} must lie between {low} and {high}.",
            f"Choose {low} to {high}.",
        )
    return value


def fraction(field: str, value: object, low: float, high: float) -> float:
    """`value` as a number within [low, high], rounded to hundredths; NaN and infinities are refused."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _refuse(
            field,
            f"{_code(field)}-not-a-number",
            f"The {field} is not a number.",
            f"Choose {low:g} to {high:g}.",
        )
    if not low <= value <= high:
        raise _refuse(
            field,
            f"{_code(field)}-out-of-range",
            f"The {field} must lie between {low:g} and {high:g}.",
            f"Choose {low:g} to {high:g}.",
        )
    return round(float(value), DECIMALS) + 0.0


def side(field: str, value: object) -> int:
    """A side in pixels: 0 (the base's own), or a multiple of SIDE_STEP within [SIDE_MIN, SIDE_MAX]."""
    if value == 0 and not isinstance(value, bool):
        return 0
    length = whole(field, value, SIDE_MIN, SIDE_MAX)
    if length % SIDE_STEP:
        raise _refuse(
            "size",
            "size-uneven",
            f"The {field} must be a multiple of {SIDE_STEP} pixels.",
            "Choose one of the sizes in the list.",
        )
    return length


def adapter_id(value: object) -> str:
    """The id of a personal adapter in its usual spelling, or "" for none."""
    if value == "":
        return ""
    try:
        if isinstance(value, str) and len(value) <= 36:
            return str(UUID(value))
    except ValueError:
        pass
    raise _refuse(
        "personal",
        "personal-unknown",
        "There is no such personal adapter in your vault.",
        "Choose one of the list, or none.",
    )


@dataclass(frozen=True)
class GenerationParams:
    """Everything that decides a picture. `version` is the number of the shared adapter's version; `width` and
    `height` are 0 for the base's own size; `personal` is the id of an adapter in the artist's vault, or ""."""

    prompt: str
    seed: int
    version: int
    strength: float = STRENGTH_DEFAULT
    steps: int = STEPS_DEFAULT
    guidance: float = GUIDANCE_DEFAULT
    negative: str = ""
    width: int = 0
    height: int = 0
    personal: str = ""
    personal_strength: float = STRENGTH_DEFAULT
    count: int = 1

    def validate(self) -> Self:
        """The same record, cleaned; Refusal naming the first field that is wrong."""
        width, height = side("width", self.width), side("height", self.height)
        if (width == 0) != (height == 0):
            raise _refuse(
                "size", "size-uneven", "A size needs a width and a height.", "Choose one of the list."
            )
        return type(self)(
            prompt=clean_prompt(self.prompt),
            seed=whole("seed", self.seed, SEED_MIN, SEED_MAX),
            version=whole("version", self.version, 0, VERSION_MAX),
            strength=fraction("strength", self.strength, STRENGTH_MIN, STRENGTH_MAX),
            steps=whole("steps", self.steps, STEPS_MIN, STEPS_MAX),
            guidance=fraction("guidance", self.guidance, GUIDANCE_MIN, GUIDANCE_MAX),
            negative=clean_words(self.negative, "negative"),
            width=width,
            height=height,
            personal=adapter_id(self.personal),
            personal_strength=fraction(
                "personal_strength", self.personal_strength, STRENGTH_MIN, STRENGTH_MAX
            ),
            count=whole("count", self.count, 1, COUNT_MAX),
        )

    @property
    def size(self) -> str:
        """The size for people: "128 × 96", or "" for the base's own."""
        return f"{self.width} × {self.height}" if self.width else ""

    def each(self) -> list[Self]:
        """One record for each picture: the seed counts up (from 0 again after the highest)."""
        return [
            replace(self, seed=(self.seed + number) % (SEED_MAX + 1), count=1) for number in range(self.count)
        ]

    def to_json(self) -> dict[str, Any]:
        """Plain data for the database, the page and the credential."""
        return {"v": FORMAT, **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read `to_json` back, of this format or the first. Every field must be there and none more: recall fills
        all or refuses."""
        names = {field.name for field in fields(cls)}
        if data.get("v") == 1 and set(data) == FIRST:
            names = names & FIRST
        elif data.get("v") != FORMAT or set(data) != names | {"v"}:
            raise Refusal(
                code="params-unknown-format",
                why="This picture was made with settings that this studio cannot repeat exactly.",
                fix="Start from an empty form instead.",
                status=409,
            )
        return cls(**{name: data[name] for name in names}).validate()


def public_recipe(params: dict[str, Any]) -> dict[str, Any]:
    """A record as others may read it: that a personal adapter was used, but not which. It cannot be repeated then."""
    return {**params, "personal": "private"} if params.get("personal") else params
