"""The aggregation schemes by name. A round's manifest names one; both sides look it up here."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np

from federation.protocol import secagg, unsafe_plain_sum
from federation.protocol.errors import refusal
from federation.protocol.params import RoundParams
from federation.protocol.secagg.client import SecAggClient
from federation.protocol.secagg.server import SecAggServer
from federation.protocol.sessions import ClientContext, ClientSession, ServerSession

Snapshot = Mapping[str, Any] | None


class Scheme(NamedTuple):
    """How the two sides of a scheme are made, and what people are told about it."""

    name: str
    safe: bool
    """Whether the server learns nothing but the sum. A scheme that is not safe is refused in production."""
    sentence: str
    client: Callable[[RoundParams, UUID, np.random.Generator, Snapshot, ClientContext], ClientSession]
    server: Callable[[RoundParams], ServerSession]


SCHEMES: dict[str, Scheme] = {
    secagg.NAME: Scheme(
        name=secagg.NAME,
        safe=True,
        sentence=secagg.SENTENCE,
        client=SecAggClient,
        server=SecAggServer,
    ),
    unsafe_plain_sum.NAME: Scheme(
        name=unsafe_plain_sum.NAME,
        safe=False,
        sentence=unsafe_plain_sum.SENTENCE,
        client=unsafe_plain_sum.PlainClient,
        server=unsafe_plain_sum.PlainServer,
    ),
}


def scheme(name: str) -> Scheme:
    """The scheme of that name. Raises Refusal `scheme-unknown`."""
    try:
        return SCHEMES[name]
    except KeyError:
        raise refusal("scheme-unknown", f"It is {name!r}.") from None
