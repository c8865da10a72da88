"""The frozen record: what goes in comes out, and what is out of range is refused with a sentence."""

import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.errors import Refusal
from gallery.generation import params as limits
from gallery.generation.params import GenerationParams, clean_prompt

records = st.builds(
    GenerationParams,
    prompt=st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp", "Cf")),
        min_size=1,
        max_size=60,
    ),
    seed=st.integers(limits.SEED_MIN, limits.SEED_MAX),
    version=st.integers(0, 1000),
    strength=st.floats(limits.STRENGTH_MIN, limits.STRENGTH_MAX),
    steps=st.integers(limits.STEPS_MIN, limits.STEPS_MAX),
    guidance=st.floats(limits.GUIDANCE_MIN, limits.GUIDANCE_MAX),
)


def refused(**changes: object) -> Refusal:
    good = {"prompt": "red apple", "seed": 7, "version": 1}
    with pytest.raises(Refusal) as caught:
        GenerationParams(**{**good, **changes}).validate()  # type: ignore[arg-type]
    assert caught.value.why.endswith(".")
    assert caught.value.fix.endswith(".")
    return caught.value


# A busy machine makes the drawing of examples slow; that says nothing about the record.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(records)
def test_recall_is_exact(record: GenerationParams) -> None:
    clean = record.validate()
    assert GenerationParams.from_json(json.loads(json.dumps(clean.to_json()))) == clean
    assert clean.validate() == clean


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "prompt-empty"),
        ("  \n\t ", "prompt-empty"),
        ("x" * (limits.PROMPT_MAX + 1), "prompt-too-long"),
        ("x" * 10_000_000, "prompt-too-long"),
        ("an apple\x00", "prompt-invisible-characters"),
        ("an \x1b[31m apple", "prompt-invisible-characters"),
        ("an apple \ud800", "prompt-invisible-characters"),
        ("apple \u202eelppa", "prompt-invisible-characters"),
        (None, "prompt-not-text"),
        (7, "prompt-not-text"),
        ([], "prompt-not-text"),
    ],
)
def test_bad_prompts_are_refused(text: object, code: str) -> None:
    found = refused(prompt=text)
    assert (found.code, found.field) == (code, "prompt")


@pytest.mark.parametrize(
    "text", ["תפוח אדום", "تفاحة حمراء", "خانه‌ی سرخ", "红苹果", "👩‍🎨 and 🍎", "Café naïve"]
)
def test_every_script_is_welcome(text: str) -> None:
    assert clean_prompt(text)


def test_blanks_are_squeezed_and_accents_composed() -> None:
    assert clean_prompt("  a\n cafe\u0301 ") == "a café"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seed", -1),
        ("seed", 2**31),
        ("seed", 1.0),
        ("seed", True),
        ("seed", "7"),
        ("steps", limits.STEPS_MIN - 1),
        ("steps", limits.STEPS_MAX + 1),
        ("version", -1),
        ("version", 10**30),
        ("strength", -0.01),
        ("strength", 1.51),
        ("strength", math.nan),
        ("guidance", math.inf),
        ("guidance", 15.1),
        ("guidance", "4"),
        ("guidance", False),
    ],
)
def test_numbers_out_of_range_are_refused_by_name(field: str, value: object) -> None:
    assert refused(**{field: value}).field == field


def test_hundredths_are_kept() -> None:
    record = GenerationParams("a", 1, 1, strength=0.123456, guidance=-0.0).validate()
    assert record.strength == 0.12
    assert str(record.guidance) == "0.0"


@pytest.mark.parametrize(
    "change",
    [{"v": 2}, {"size": 512}, {"seed": None}],
    ids=["another format", "a field too many", "a field emptied"],
)
def test_recall_fills_every_field_or_refuses(change: dict[str, object]) -> None:
    data = GenerationParams("red apple", 7, 1).to_json()
    with pytest.raises(Refusal):
        GenerationParams.from_json({**data, **change})


def test_recall_refuses_a_field_too_few() -> None:
    data = GenerationParams("red apple", 7, 1).to_json()
    del data["guidance"]
    with pytest.raises(Refusal, match="cannot repeat exactly"):
        GenerationParams.from_json(data)
