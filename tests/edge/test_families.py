"""The agent's own session on each family of bases: fetch, train, mask, sum, next version, draw with it."""

import json
from pathlib import Path

import numpy as np
import pytest

from diffusion.base import base_files
from diffusion.tiny import FAMILIES, write_tiny_base
from edge import training
from federation.adapters import files, vector
from federation.adapters.spec import AdapterSpec
from federation.protocol.manifest import Training
from tests.edge.agents import enrolled, tools, turns
from tests.edge.played_round import GHOST_UPDATE
from tests.edge.played_server import PlayedServer


@pytest.mark.parametrize(("family", "kind"), [*((family, "B") for family in FAMILIES), ("sd", "R")])
def test_a_round_on_each_family(family: str, kind: str, server: PlayedServer, tmp_path: Path) -> None:
    from diffusion import adapters, load, shared
    from diffusion.sample import Sheet, Wish, sample
    from diffusion.spec import spec_json

    base = write_tiny_base(tmp_path / "base", family=family)
    spec = AdapterSpec.from_json(json.loads(json.dumps(spec_json(base, shared=kind))))
    server.serve_base(spec, {p.relative_to(base).as_posix(): p.read_bytes() for p in base_files(base)})
    home = enrolled(server, tmp_path / "artist")
    kept: list[np.ndarray] = []

    def trainer(job: training.Job, *doors: training.OnStep) -> np.ndarray | None:
        update = training.train(job, *doors)
        kept.append(update)
        return update

    played = server.open_round(training=Training(steps=2, batch=2, lr="0.01", caption_dropout="0.1"))
    with tools(home, trainer) as made:
        made.config = made.config.with_manners(sheet=1)
        from edge import config

        config.save(home, made.config)
        turns(made, until=lambda: played.over and made.state.noted("latest"))

    ghost = np.resize(GHOST_UPDATE, spec.length)
    ghost /= max(1.0, float(np.linalg.norm(ghost)))
    tensors = files.loads(server.versions[1], spec)
    summed = vector.flatten(tensors, spec)
    np.testing.assert_allclose(summed, (kept[0] + 2 * ghost) / 3, atol=1e-4)
    assert (home.sheets / "towards-version-1.png").read_bytes().startswith(b"\x89PNG")

    pipe = load.load_base(base)
    dot, sheet = Wish("blue square", 1), Sheet(steps=2)
    plain = sample(pipe, dot, sheet)
    adapters.attach(pipe, adapters.default_shape(pipe), name="shared")
    shared.write_shared(pipe, tensors, name="shared", kind=kind, seed=spec.seed)
    assert sample(pipe, dot, sheet).tobytes() != plain.tobytes()
