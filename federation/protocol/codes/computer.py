"""Refusals that concern the artist's own computer: her folder, her hours, her battery, her programs."""

from federation.protocol.codes.entry import Code

_WAITS = "Nothing to do: the agent looks again by itself."
_MANNERS = "see `fedart-edge manners --help`."

COMPUTER: dict[str, Code] = {
    "work-unreadable": Code(
        "It cannot be read as a PNG, JPEG or WebP.", "Save it again as PNG, or leave it out."
    ),
    "work-too-large": Code(
        "It is larger than 40 MB, or than 50 million pixels.", "Save a smaller copy into the folder.", 413
    ),
    "work-too-many": Code(
        "There are more pictures than one training uses.", "Connect a folder with fewer pictures."
    ),
    "work-not-a-file": Code(
        "It is no file of this folder but a link, a pipe or a device, and the folder is never left.",
        "Copy the picture itself into the folder.",
    ),
    "work-changing": Code("It was being written while it was read.", _WAITS, 409),
    "work-marked": Code(
        "It carries a do-not-train mark.",
        "If the work is yours, say so: `fedart-edge mine NAME`. If it is not, take it out.",
        403,
    ),
    "work-not-there": Code(
        "No marked picture of that name is in the connected folder.",
        "Look with `fedart-edge works`: it lists what was left out, with the reason.",
        404,
    ),
}
