"""The frozen record: what goes in comes out, and what is out of range is refused with a sentence."""

import json
import math
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery import compare
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
    negative=st.sampled_from(["", "blurred, dull"]),
    width=st.just(112),
    height=st.integers(2, 64).map(lambda n: n * limits.SIDE_STEP),
    personal=st.just("") | st.uuids().map(str),
    personal_strength=st.floats(limits.STRENGTH_MIN, limits.STRENGTH_MAX),
    count=st.integers(1, limits.COUNT_MAX),
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
        ("personal_strength", 1.6),
        ("count", 0),
        ("count", limits.COUNT_MAX + 1),
        ("width", 8),
        ("height", limits.SIDE_MAX + 16),
        ("negative", "x" * 301),
        ("personal", "not an id"),
        ("personal", 7),
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
    [{"v": 3}, {"v": 1}, {"size": 512}, {"seed": None}],
    ids=["another format", "the first format with later fields", "a field too many", "a field emptied"],
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


@pytest.mark.parametrize("sides", [(0, 64), (64, 0), (100, 100)])
def test_a_size_is_two_even_sides(sides: tuple[int, int]) -> None:
    found = refused(width=sides[0], height=sides[1])
    assert (found.code, found.field) == ("size-uneven", "size")


def test_records_of_the_first_format_are_read() -> None:
    old = {
        "v": 1,
        "prompt": "red apple",
        "seed": 7,
        "version": 1,
        "strength": 1.0,
        "steps": 16,
        "guidance": 4.0,
    }
    assert GenerationParams.from_json(old) == GenerationParams("red apple", 7, 1)


def test_each_picture_has_a_seed_of_its_own() -> None:
    record = GenerationParams("a", limits.SEED_MAX, 1, count=3)
    assert [one.seed for one in record.each()] == [limits.SEED_MAX, 0, 1]
    assert {one.count for one in record.each()} == {1}


def test_compared_pictures_differ_in_one_thing() -> None:
    record = GenerationParams("a", 5, 2)
    assert [one.strength for one in compare.strengths(record)] == [0.0, 0.5, 1.0]
    own = replace(record, personal=str(UUID(int=1)))
    assert [(one.strength, one.personal_strength) for one in compare.strengths(own)] == [
        (1, 0),
        (1, 0.5),
        (1, 1),
    ]
    assert [one.version for one in compare.versions(record, [0, 1, 2, 3, 4, 5], 4)] == [0, 2, 4, 5]
    assert [one.version for one in compare.versions(record, [2], 4)] == [2]
