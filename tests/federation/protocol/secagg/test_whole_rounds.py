"""SecAgg through its five steps: whoever drops out, the sum is exact over the threshold, and nothing under it."""

import base64
import json
import os
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.protocol import quantize, ring
from federation.protocol.errors import Refusal
from federation.protocol.schemes import scheme
from federation.protocol.secagg import cohort, graph, removal
from federation.protocol.secagg.degree import Degree
from federation.protocol.steps import Step
from tests.federation.protocol.rounds import PlayedRound, small_params

LENGTH = 8


def devices(count: int) -> tuple[UUID, ...]:
    return tuple(UUID(int=(7 << 64) + number) for number in range(1, count + 1))


def updates(who: tuple[UUID, ...], length: int = LENGTH) -> dict[UUID, np.ndarray]:
    return {device: np.linspace(-0.05, 0.05, length) * (at + 1) for at, device in enumerate(who)}


def expected_total(played: PlayedRound, sent: dict[UUID, np.ndarray]) -> np.ndarray:
    """The ring sum of what the survivors' own generators round their updates to."""
    total = ring.zeros(played.params.length)
    for at, device in enumerate(played.clients):
        if device in played.server.survivors(played.state):
            rng = np.random.default_rng(at)
            ring.add_into(total, quantize.quantize(sent[device], played.params, rng))
    return total


@st.composite
def dropouts(draw: st.DrawFn) -> tuple[int, list[tuple[UUID, ...]]]:
    """A cohort, and who is left at each step: at least the floor."""
    count = draw(st.integers(3, 9))
    left, steps = list(devices(count)), []
    least = cohort.floor(small_params(), count)
    for _ in Step:
        keep = draw(st.integers(least, len(left)))
        left = draw(st.permutations(left))[:keep]
        steps.append(tuple(left))
    return count, steps


@settings(max_examples=25, deadline=None)
@given(dropouts())
def test_any_dropouts_over_the_threshold_give_the_exact_sum(
    drawn: tuple[int, list[tuple[UUID, ...]]],
) -> None:
    count, steps = drawn
    who = devices(count)
    played = PlayedRound(small_params(), who, name="SecAgg")
    mean = played.run(updates(who), dict(zip(Step, steps, strict=True)))
    survivors = played.server.survivors(played.state)
    assert set(survivors) == set(steps[2])
    np.testing.assert_array_equal(played.total(), expected_total(played, updates(who)))
    np.testing.assert_allclose(mean, np.mean([updates(who)[d] for d in survivors], axis=0), atol=1 / 1024)


@pytest.mark.parametrize("step", Step)
def test_one_answer_under_the_threshold_gives_nothing(step: Step) -> None:
    """At each step the state stays as it was, and no door gives a sum."""
    who = devices(7)
    played = PlayedRound(small_params(), who, name="SecAgg")
    least = cohort.floor(played.params, 7)
    assert least == 4
    with pytest.raises(Refusal, match=r"^list-under-threshold:"):
        played.run(updates(who), {step: who[: least - 1]})
    with pytest.raises(Refusal, match=r"^step-out-of-order:"):
        played.server.removal_parts(played.state)
    with pytest.raises(Refusal, match=r"^step-out-of-order:"):
        played.server.finish(played.state, ring.zeros(LENGTH))


def test_fewer_shares_than_the_threshold_open_no_secret() -> None:
    """Even a server that closes the last step as it likes cannot remove a mask with one share too few."""
    who = devices(7)
    played = PlayedRound(small_params(), who, name="SecAgg")
    played.run(updates(who), {})
    least = cohort.floor(played.params, 7)
    bits = (1 << (least - 1)) - 1
    lists = {**played.state["lists"], "unmask": base64.b64encode(bytes([bits])).decode()}
    forged = {**played.state, "lists": lists}
    with pytest.raises(Refusal, match=r"^secret-wrong:"):
        played.server.remove(forged, 0, lambda d: played.sent[Step.UNMASK][d])


def test_the_state_is_small_plain_json_between_all_steps() -> None:
    who = devices(7)
    played = PlayedRound(small_params(), who, name="SecAgg")
    for act in (played.advertise, played.share, lambda w: played.send(w, updates(who)), played.confirm):
        act(who)
        played.state = json.loads(json.dumps(played.state))
    played.unmask(who[2:])
    np.testing.assert_array_equal(played.total(), expected_total(played, updates(who)))


def test_the_state_of_512_stays_under_100_kilobytes() -> None:
    params = small_params(max_cohort=512)
    server = scheme("SecAgg").server(params)
    state = server.open({device: os.urandom(32) for device in devices(512)})
    answers = {
        device: {name: os.urandom(32).hex() for name in ("advertisement", "mask_key", "commitment")}
        for device in devices(512)
    }
    state = server.close(state, Step.ADVERTISE_KEYS, answers)
    for step in (Step.SHARE_KEYS, Step.MASKED_INPUT, Step.CONSISTENCY, Step.UNMASK):
        state = server.close(state, step, {device: {} for device in devices(512)})
    assert len(json.dumps(state)) < 100_000


def test_removal_in_parts_gives_the_same_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any worker may make any part, twice if it must."""
    who = devices(7)
    played = PlayedRound(small_params(), who, name="SecAgg")
    played.run(updates(who), {Step.MASKED_INPUT: who[:5]})
    whole = played.server.remove(played.state, 0, lambda d: played.sent[Step.UNMASK][d])
    monkeypatch.setattr(removal, "PART_BYTES", 4 * LENGTH * 2)
    count = played.server.removal_parts(played.state)
    assert count == 8  # 5 own masks and 2 x 5 common ones, two a part
    parts = [
        played.server.remove(played.state, at, lambda d: played.sent[Step.UNMASK][d]) for at in range(count)
    ]
    np.testing.assert_array_equal(played.server.combine(parts), whole)
    total = parts[0].copy()
    for at in range(1, count):
        played.server.remove(played.state, at, lambda d: played.sent[Step.UNMASK][d], total)
    np.testing.assert_array_equal(total, whole)
    with pytest.raises(ValueError, match="no part 8"):
        played.server.remove(played.state, 8, lambda d: played.sent[Step.UNMASK][d])


def test_a_sparse_graph_gives_the_exact_sum_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same code with 40 devices and eight neighbours each; above 512 the search decides."""
    monkeypatch.setattr(graph, "COMPLETE_UP_TO", 16)
    monkeypatch.setattr(graph, "degree", lambda *_: Degree(8, 5))
    graph.graph_of.cache_clear()
    who = devices(40)
    played = PlayedRound(small_params(max_cohort=64), who, name="SecAgg")
    played.run(updates(who), {Step.MASKED_INPUT: who[2:], Step.UNMASK: who[3:]})
    np.testing.assert_array_equal(played.total(), expected_total(played, updates(who)))
    assert len(played.sent[Step.SHARE_KEYS][who[0]]) == 76 + 8 * 82
    graph.graph_of.cache_clear()


def test_every_message_fits_its_limit() -> None:
    who = devices(5)
    params = small_params(max_cohort=5)
    played = PlayedRound(params, who, name="SecAgg")
    played.run(updates(who), {})
    for step, messages in played.sent.items():
        assert {len(message) for message in messages.values()} == {played.server.message_limit(step)}


def test_noise_is_added_once_and_survives_the_sum() -> None:
    """Called once, with the length, after rounding; its sum is in the sum."""
    who, calls = devices(3), []

    def noise(length: int) -> np.ndarray:
        calls.append(length)
        return np.full(length, -5, np.int64)

    played = PlayedRound(small_params(), who, name="SecAgg", noise=noise)
    played.run({device: np.zeros(LENGTH) for device in who}, {})
    assert calls == [LENGTH] * 3
    assert (ring.centred(played.total()) == -15).all()
