"""The checkpoints that were signed, with what witnesses added."""

from consent.models import Checkpoint


def latest_checkpoint() -> Checkpoint | None:
    """The one of the largest size, or None while none was signed."""
    return Checkpoint.objects.order_by("-size").first()


def cosigned_checkpoint() -> Checkpoint | None:
    """The largest one under which a witness has signed."""
    return Checkpoint.objects.filter(cosignatures__isnull=False).order_by("-size").first()


def note_of(checkpoint: Checkpoint) -> bytes:
    """The signed note with the lines of all witnesses."""
    lines = checkpoint.cosignatures.order_by("witness").values_list("line", flat=True)
    return (checkpoint.note + "".join(lines)).encode()
