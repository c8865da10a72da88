"""GenerationParams: the one frozen record that the form fills, the worker obeys, the history shows and remix recalls.

Pure: no Django, no torch. What is written with `to_json` is read back by `from_json` as the same record or refused.
"""

import math
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from gallery.errors import Refusal

PROMPT_MAX = 300
"""Characters. The text encoder reads about 77 words and parts of words; more would be dropped without a word."""
STEPS_MIN, STEPS_MAX, STEPS_DEFAULT = 4, 50, 16
GUIDANCE_MIN, GUIDANCE_MAX, GUIDANCE_DEFAULT = 0.0, 15.0, 4.0
SEED_MIN, SEED_MAX = 0, 2**31 - 1
STRENGTH_MIN, STRENGTH_MAX, STRENGTH_DEFAULT = 0.0, 1.5, 1.0
VERSION_MAX = 1_000_000
DECIMALS = 2
"""Guidance and strength are kept to hundredths, so that what is shown is exactly what is used."""

FORMAT = 1
# Overrides and embeddings turn the text around them: a prompt could read as something it is not. Right-to-left
# letters themselves, and the plain marks beside them, are welcome.
DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _refuse(field: str, code: str, why: str, fix: str) -> Refusal:
    return Refusal(code=code, why=why, fix=fix, field=field)


def clean_prompt(text: object) -> str:
    """The prompt as it will be used: composed (NFC), runs of blanks made one. Refuses what is no prompt."""
    if not isinstance(text, str):
        raise _refuse("prompt", "prompt-not-text", "The prompt is not text.", "Write a few words.")
    if len(text) > PROMPT_MAX * 4:
        raise _too_long(len(text))
    words = " ".join(text.split())
    for character in words:
        category = unicodedata.category(character)
        if category in ("Cc", "Cs") or character in DIRECTION_MARKS:
            raise _refuse(
                "prompt",
                "prompt-invisible-characters",
                f"The prompt holds an invisible control character (U+{ord(character):04X}).",
                "Type the words instead of pasting them, or paste them as plain text.",
            )
    prompt = unicodedata.normalize("NFC", words)
    if not prompt:
        raise _refuse(
            "prompt",
            "prompt-empty",
            "The prompt is empty.",
            "Say what should be in the picture, for example: a red apple.",
        )
    if len(prompt) > PROMPT_MAX:
        raise _too_long(len(prompt))
    return prompt


def _too_long(length: int) -> Refusal:
    return _refuse(
        "prompt",
        "prompt-too-long",
        f"The prompt has {length} characters; at most {PROMPT_MAX} can be used.",
        "Keep the words that matter most.",
    )


def whole(field: str, value: object, low: int, high: int) -> int:
    """`value` as a whole number within [low, high]; a float that is whole is not accepted, nor a bool."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise _refuse(
            field, f"{field}-not-whole", f"The {field} is not a whole number.", f"Choose {low} to {high}."
        )
    if not low <= value <= high:
        raise _refuse(
            field,
            f"{field}-out-of-range",
            f"The {field} must lie between {low} and {high}.",
            f"Choose {low} to {high}.",
        )
    return value


def fraction(field: str, value: object, low: float, high: float) -> float:
    """`value` as a number within [low, high], rounded to hundredths; NaN and infinities are refused."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _refuse(
            field, f"{field}-not-a-number", f"The {field} is not a number.", f"Choose {low:g} to {high:g}."
        )
    if not low <= value <= high:
        raise _refuse(
            field,
            f"{field}-out-of-range",
            f"The {field} must lie between {low:g} and {high:g}.",
            f"Choose {low:g} to {high:g}.",
        )
    return round(float(value), DECIMALS) + 0.0


@dataclass(frozen=True)
class GenerationParams:
    """Everything that decides a picture. `version` is the number of the shared adapter's version."""

    prompt: str
    seed: int
    version: int
    strength: float = STRENGTH_DEFAULT
    steps: int = STEPS_DEFAULT
    guidance: float = GUIDANCE_DEFAULT

    def validate(self) -> Self:
        """The same record, cleaned; Refusal naming the first field that is wrong."""
        return type(self)(
            prompt=clean_prompt(self.prompt),
            seed=whole("seed", self.seed, SEED_MIN, SEED_MAX),
            version=whole("version", self.version, 0, VERSION_MAX),
            strength=fraction("strength", self.strength, STRENGTH_MIN, STRENGTH_MAX),
            steps=whole("steps", self.steps, STEPS_MIN, STEPS_MAX),
            guidance=fraction("guidance", self.guidance, GUIDANCE_MIN, GUIDANCE_MAX),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain data for the database, the page and the credential."""
        return {"v": FORMAT, **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read `to_json` back. Every field must be there and none more: recall fills all or refuses."""
        names = {field.name for field in fields(cls)}
        if data.get("v") != FORMAT or set(data) != names | {"v"}:
            raise Refusal(
                code="params-unknown-format",
                why="This picture was made with settings that this studio cannot repeat exactly.",
                fix="Start from an empty form instead.",
                status=409,
            )
        return cls(**{name: data[name] for name in names}).validate()
