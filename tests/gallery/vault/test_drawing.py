"""Pictures with the personal adapter: they wait for the artist's own computer, which draws and hands them in."""

import io
import json as json_text
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from PIL import Image as Picture

from consent.purposes import STORE_PERSONAL
from edge.vault import drawing as edge
from federation import selectors as federation
from federation.protocol.errors import Refusal as EdgeRefusal
from federation.services.publish import tensors_of
from federation.terms import spec_of
from gallery import limits, tasks
from gallery.errors import Refusal
from gallery.generation.credentials import read_credentials
from gallery.generation.run import credentials_folder
from gallery.models import Artist, GenerationRequest, Image
from gallery.services import drawing as services
from gallery.services import requests, sweeping
from gallery.storages import private_images
from tests.consent.pen import allow
from tests.federation import world as w
from tests.gallery.scene import NOON, as_, params
from tests.gallery.test_requests import FORM
from tests.gallery.vault import keeper as k
from tests.gallery.vault.test_files import put

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class Line:
    """The agent's transport, over the test's own client."""

    def __init__(self, artist: Artist) -> None:
        w.prepare()
        self.agent = w.Agent(artist).enrol()

    def post(self, path: str, value: Any) -> bytes:
        return self.request("POST", path, json=value)

    def request(self, method: str, path: str, *, json: Any = None, content: bytes = b"", **_: Any) -> bytes:
        answer = self.answer(method, path, json=json, content=content)
        if answer.status_code >= 400:
            raise EdgeRefusal(answer.json()["code"], "", "", answer.status_code)
        return bytes(answer.content)

    def answer(self, method: str, path: str, *, json: Any = None, content: bytes = b"") -> Any:
        headers = {"Authorization": f"Bearer {self.agent.token}"}
        kind = "application/octet-stream" if json is None else "application/json"
        return self.agent.http.generic(
            method, path, content or json_text.dumps(json), content_type=kind, headers=headers
        )


def style_file(folder: Path, spec: Any) -> bytes:
    """A personal adapter as plain diffusers writes it."""
    from diffusion.adapters import LoraShape, attach, b_spec, save_diffusers, write_b
    from diffusion.load import load_base

    pipe = load_base(folder)
    attach(pipe, LoraShape(2, 4.0, tuple(spec.targets), 77), name="personal")
    random = np.random.default_rng(5)
    tensors = {
        name: random.standard_normal(size).astype("f4") for name, size in b_spec(pipe, name="personal")
    }
    write_b(pipe, tensors, name="personal")
    return save_diffusers(pipe, folder / "style", name="personal").read_bytes()


@pytest.fixture
def style(alice: Artist, drawing: list[Any]) -> str:
    """An adapter in Alice's vault; what the file holds is not the server's business."""
    return in_vault(alice, b"locked")


def in_vault(artist: Artist, content: bytes) -> str:
    allow(artist, STORE_PERSONAL)
    keeper = k.made(as_(artist))
    put(as_(artist), keeper, content)
    return str(keeper.list.files[0].adapter)


def ask(artist: Artist, style: str, **changes: Any) -> GenerationRequest:
    return requests.ask(artist=artist, params=params(steps=4, personal=style, **changes), at=NOON)


def a_png(side: int = 64) -> bytes:
    out = io.BytesIO()
    Picture.new("RGB", (side, side), (200, 40, 90)).save(out, "PNG")
    return out.getvalue()


def test_drawn_at_home_as_it_would_be_here(
    alice: Artist, drawing: list[Any], tiny: tuple[Path, Any], sent_tasks: list[Any]
) -> None:
    content = style_file(*tiny)
    row = ask(alice, in_vault(alice, content), personal_strength=0.8, negative="blue", width=48, height=64)
    assert (row.state, row.place, sent_tasks) == ("awaiting", "computer", [])
    line = Line(alice)
    order = edge.next_order(line)  # type: ignore[arg-type]
    assert order is not None
    version = drawing[1]
    start = tensors_of(version, spec_of(version.campaign))
    base = federation.base_folder(version.campaign.base)
    tell = edge._teller(line, order, lambda: False)  # type: ignore[arg-type]
    picture = edge.draw(base, order, start, content, tell)
    row.refresh_from_db()
    assert row.step >= 1
    assert row.preview
    assert picture is not None
    answer = line.answer("PUT", f"{edge.ROOT}/{order.id}/picture?attempt=1", content=picture)
    assert answer.status_code == 202
    for _ in range(2):
        tasks.mark_drawn(row.pk)
    row.refresh_from_db()
    assert row.state == "done"
    assert not private_images().exists(f"drawn/{row.handle.hex}-1.png")
    with private_images().open(row.image.file) as file:
        data = file.read()
    root = (credentials_folder() / "root.pem").read_text()
    assert read_credentials(data, root_pem=root).state == "trusted"
    assert row.params["personal"].encode() not in data
    near = np.abs(_array(data) - _array(picture)).max()
    assert near <= 24, "beyond the watermark it is the picture that came"
    assert (np.abs(_array(picture) - _array(_here(tiny, content, drawing, order))).max()) <= 1


def test_an_order_names_what_its_campaign_draws_with(alice: Artist, style: str, drawing: list[Any]) -> None:
    version = drawing[1]
    type(version).objects.filter(pk=version.pk).update(drawn="d" * 64)
    type(version.campaign).objects.filter(pk=version.campaign_id).update(adapter_rank=1)
    ask(alice, style)
    order = edge.next_order(Line(alice))  # type: ignore[arg-type]
    assert order is not None
    version.refresh_from_db()
    version.campaign.refresh_from_db()
    assert (order.on.sha256, order.on.spec) == ("d" * 64, spec_of(version.campaign))
    assert order.on.spec.rank == 1


def _array(data: bytes) -> Any:
    return np.asarray(Picture.open(io.BytesIO(data)).convert("RGB"), int)


def _here(tiny: tuple[Path, Any], content: bytes, versions: list[Any], order: Any) -> bytes:
    """The same picture by the server's pipeline, with the adapter opened."""
    from diffusion.blend import read_file
    from gallery.generation import pipeline
    from gallery.generation.params import GenerationParams
    from gallery.generation.run import source_of

    source = source_of(versions[1])
    weights = read_file(pipeline.warm_base(source).blender.model, content)
    out = io.BytesIO()
    order = pipeline.Order(source, GenerationParams.from_json(order.params), weights)
    pipeline.draw_batch([order])[0].save(out, "PNG")
    return out.getvalue()


def test_the_form_offers_what_lies_in_the_vault_and_only_that(
    alice: Artist, charlie: Artist, style: str
) -> None:
    assert f'value="{style}"' in as_(alice).get("/studio/").content.decode()
    assert style not in as_(charlie).get("/studio/").content.decode()
    wish = {**FORM, "personal": style, "personal_strength": "0.5"}
    answer = as_(alice).post("/studio/requests/", wish)
    text = as_(alice).get(answer["Location"]).content.decode()
    assert "Waits for your computer" in text
    assert as_(charlie).post("/studio/requests/", wish).status_code == 422
    with pytest.raises(Refusal, match="no such personal adapter"):
        ask(charlie, style)


def test_strangers_and_other_computers_get_nothing(alice: Artist, charlie: Artist, style: str) -> None:
    row = ask(alice, style)
    stranger, line = Line(charlie), Line(alice)
    assert stranger.answer("POST", f"{edge.ROOT}/next", json={}).status_code == 204
    assert line.answer("POST", f"{edge.ROOT}/next", json={}).json()["id"] == str(row.handle)
    assert line.answer("POST", f"{edge.ROOT}/next", json={}).status_code == 204, "one takes it"
    path = f"{edge.ROOT}/{row.handle}"
    assert stranger.answer("POST", f"{path}/steps", json={"attempt": 1, "step": 1}).status_code == 404
    assert stranger.answer("PUT", f"{path}/picture?attempt=1", content=a_png()).status_code == 404
    for wrong in ("2", "", "x"):
        answer = line.answer("PUT", f"{path}/picture?attempt={wrong}", content=a_png())
        assert (answer.status_code, answer.json()["code"]) == (404, "drawing-not-yours")
    answer = as_(alice).post(f"{edge.ROOT}/next", {}, content_type="application/json")
    assert answer.status_code in (401, 403), "browsers draw nothing"


@pytest.mark.parametrize(
    "picture",
    [b"", b"no picture", a_png(32), a_png()[:80], b"x" * (limits.DRAWN_MAX_BYTES + 1)],
    ids=["empty", "text", "another size", "cut", "too large"],
)
def test_only_a_whole_picture_of_the_right_size_is_taken(alice: Artist, style: str, picture: bytes) -> None:
    row = ask(alice, style, width=64, height=64)
    services.take(artist_id=alice.pk, at=NOON)
    row.refresh_from_db()
    with pytest.raises(Refusal) as caught:
        services.hand_in(request=row, attempt=1, picture=picture, at=NOON)
    assert caught.value.code == "drawing-unfit"
    assert not private_images().exists(f"drawn/{row.handle.hex}-1.png")


def test_a_silent_computer_gets_one_more_try(alice: Artist, style: str) -> None:
    row = ask(alice, style)
    late = NOON
    for state in ("awaiting", "failed"):
        assert services.take(artist_id=alice.pk, at=late)
        assert sweeping.sweep(at=late) == 0
        late += limits.SILENT_FOR + timedelta(seconds=1)
        assert sweeping.sweep(at=late) == 1
        row.refresh_from_db()
        assert row.state == state
    assert row.reason == services.WENT_SILENT


def test_what_was_handed_in_is_marked_though_the_message_was_lost(alice: Artist, style: str) -> None:
    row = ask(alice, style, width=64, height=64)
    services.take(artist_id=alice.pk, at=NOON)
    row.refresh_from_db()
    services.hand_in(request=row, attempt=1, picture=a_png(), at=NOON)
    assert sweeping.sweep(at=NOON + limits.SILENT_FOR * 2) == 1
    tasks.mark_drawn(row.pk)
    assert Image.objects.get().request_id == row.pk


def test_cancelling_is_heard_at_the_next_step(alice: Artist, style: str) -> None:
    waiting, row = ask(alice, style), ask(alice, style)
    assert requests.cancel(request=waiting, at=NOON).state == "cancelled"
    taken = services.take(artist_id=alice.pk, at=NOON)
    assert taken == row
    assert services.tell(request=taken, attempt=1, step=1, preview=a_png(16), at=NOON)
    requests.cancel(request=taken, at=NOON)
    taken.refresh_from_db()
    assert not services.tell(request=taken, attempt=1, step=2, preview=None, at=NOON)
    row.refresh_from_db()
    assert (row.state, bytes(row.preview)) == ("cancelled", a_png(16))


def test_a_remix_needs_the_adapter_and_is_its_artists_own(
    alice: Artist, charlie: Artist, drawing: list[Any], style: str
) -> None:
    from tests.gallery.scene import hang

    mine = hang(alice, drawing[1], params=params(personal=style).to_json())
    gone = hang(alice, drawing[1], params=params(personal=str(UUID(int=4))).to_json())
    shown = as_(alice).get(f"/studio/?remix={mine.handle}").content.decode()
    assert f'value="{style}" selected' in shown
    refused = as_(alice).get(f"/studio/?remix={gone.handle}", follow=True).content.decode()
    assert "no longer in your vault" in refused
