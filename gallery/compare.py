"""One seed, several pictures: what is asked for when an artist compares strengths or versions. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from gallery.generation.params import GenerationParams

STRENGTHS = (0.0, 0.5, 1.0)


def strengths(params: GenerationParams) -> list[GenerationParams]:
    """The same picture with none, half and all of the adapter: the personal one where there is one."""
    name = "personal_strength" if params.personal else "strength"
    return [replace(params, count=1, **{name: value}) for value in STRENGTHS]  # type: ignore[arg-type]


def versions(params: GenerationParams, numbers: Sequence[int], at_most: int) -> list[GenerationParams]:
    """The same picture by the version chosen, the first one, and the newest of the others, oldest first."""
    newest_first = sorted(numbers, reverse=True)
    wanted = dict.fromkeys([params.version, *newest_first[-1:], *newest_first])
    return [replace(params, count=1, version=number) for number in sorted(list(wanted)[:at_most])]
