"""Drawing with a personal adapter on the artist's own computer: fetch the request, draw it here, send the picture.

Only the finished picture and small previews leave this computer; the adapter stays in its memory.
"""

import base64
import io
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from edge.answers import as_object
from edge.api import Api
from edge.config import Config
from edge.downloads import Downloads
from edge.paths import Home
from edge.transport import Transport
from edge.vault import personal, shelf
from edge.vault.doors import Doors
from edge.vault.member import open_vault
from edge.vault.personal import Ground
from federation.adapters.spec import AdapterSpec
from federation.protocol import fields
from federation.protocol.errors import refusal

if TYPE_CHECKING:
    from PIL import Image

ROOT = "/api/v1/drawings"
TELL_EVERY_S = 1.0
PREVIEW_SIDE = 160
ShouldStop = Callable[[], bool]
Tell = Callable[[int, Callable[[], "Image.Image"]], bool]


@dataclass(frozen=True)
class Order:
    """One picture to draw: the frozen record of the request, and what it stands on."""

    id: UUID
    attempt: int
    params: Mapping[str, Any]
    on: Ground

    @property
    def adapter(self) -> UUID:
        """The personal adapter."""
        return UUID(str(self.params["personal"]))


def next_order(transport: Transport) -> Order | None:
    """What waits for this computer, or None. Raises Refusal `server-answer`."""
    body = transport.post(f"{ROOT}/next", {})
    if not body:
        return None
    told = as_object(body)
    try:
        spec = AdapterSpec.from_json(told["spec"])
        on = Ground(
            spec.base, spec, fields.whole(told["version"], 0, 1 << 30, "version"),
            fields.sha256_hex(told["sha256"], "sha256"),
        )  # fmt: skip
        return Order(
            UUID(told["id"]), fields.whole(told["attempt"], 1, 100, "attempt"), dict(told["params"]), on
        )
    except (KeyError, TypeError, ValueError, fields.FieldError):
        raise refusal("server-answer", "It is no picture to draw.") from None


def draw_next(
    transport: Transport, home: Home, config: Config, *, should_stop: ShouldStop = lambda: False
) -> UUID | None:
    """Draw one waiting picture from beginning to end; its id, or None where nothing waits or it was cancelled.

    Raises the Refusals of the vault, of downloads and of the server. A request that is left in the middle goes back
    to the queue by itself.
    """
    order = next_order(transport)
    if order is None:
        return None
    doors = Doors(transport)
    opened = open_vault(home, doors)
    listed = shelf.files_of(opened, order.adapter, "adapter")
    if not listed:
        raise refusal("vault-adapter-unknown", f"{order.adapter}.")
    content = shelf.content_of(opened, doors, listed[0])
    base, start = personal.fetch(Api(transport), Downloads(home, transport), home, config, order.on)
    picture = draw(base, order, start, content, _teller(transport, order, should_stop))
    if picture is None:
        return None
    path = f"{ROOT}/{order.id}/picture?attempt={order.attempt}"
    transport.request("PUT", path, content=picture, headers={"Content-Type": "application/octet-stream"})
    return order.id


def _teller(transport: Transport, order: Order, should_stop: ShouldStop) -> Tell:
    told = 0.0

    def tell(step: int, look: Callable[[], "Image.Image"]) -> bool:
        nonlocal told
        if should_stop():
            return False
        if time.monotonic() - told < TELL_EVERY_S:
            return True
        told = time.monotonic()
        small = look()
        small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
        body = {"attempt": order.attempt, "step": step, "preview": base64.b64encode(_png(small)).decode()}
        return bool(json.loads(transport.post(f"{ROOT}/{order.id}/steps", body))["go_on"])

    return tell


def draw(
    base: Path, order: Order, start: Mapping[str, NDArray[np.float32]], adapter: bytes, tell: Tell
) -> bytes | None:
    """The picture as PNG, or None when `tell` said stop. Raises `base-does-not-fit` or `vault-adapter-invalid`."""
    from diffusion.adapters import LoraShape
    from diffusion.blend import Blender, Part, public_factors, read_file, shared_weights
    from diffusion.families import denoiser
    from diffusion.load import load_base
    from diffusion.sample import Sheet, Stopped, Wish, sample
    from diffusion.shared import b_of, b_shapes

    spec, params = order.on.spec, order.params
    try:
        pipe = load_base(base)
        model = denoiser(pipe)
        factors = public_factors(
            model, LoraShape(spec.rank, float(spec.alpha), tuple(spec.targets), spec.seed)
        )
        b = b_of(spec.shared, start, b_shapes(model, factors), seed=spec.seed)
        shared = shared_weights(model, factors, b, scale=spec.alpha / spec.rank)
    except Exception as error:  # the files are a stranger's
        raise refusal("base-does-not-fit", f"{type(error).__name__}: {str(error)[:200]}") from None
    try:
        own = read_file(model, adapter)
    except ValueError as error:
        raise refusal("vault-adapter-invalid", str(error)[:200]) from None
    blend = [Part(shared, float(params["strength"])), Part(own, float(params["personal_strength"]))]
    Blender(model).use([blend])
    wish = Wish(str(params["prompt"]), int(params["seed"]), str(params["negative"]))
    sheet = Sheet(
        int(params["steps"]), float(params["guidance"]), int(params["width"]), int(params["height"])
    )
    try:
        picture = sample(pipe, wish, sheet, on_step=lambda step, look: tell(step, lambda: look()[0]))
    except Stopped:
        return None
    return _png(picture)


def _png(picture: "Image.Image") -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
