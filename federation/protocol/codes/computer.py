"""Refusals that concern the artist's own computer: her folder, her hours, her battery, her programs."""

from federation.protocol.codes.entry import Code

_WAITS = "Nothing to do: the agent looks again by itself."

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
    "on-battery": Code(
        "Waiting: on battery.", "Plug it in, or allow it with `fedart-edge manners --on-battery`.", 503
    ),
    "on-metered-network": Code(
        "Waiting: the network is metered.",
        "Use another network, or allow it with `fedart-edge manners --on-metered`.",
        503,
    ),
    "artist-at-work": Code(
        "Waiting: you are at the computer.",
        "Take a break, or change how long with `fedart-edge manners --idle-minutes N` (0 never waits).",
        503,
    ),
    "outside-hours": Code(
        "Waiting: outside your hours.",
        'Change them with `fedart-edge manners --hours "daily 22:00-06:00"`.',
        503,
    ),
    "application-open": Code(
        "Waiting: a program has the computer to itself.",
        "Close it, or change the list with `fedart-edge manners --program NAME`.",
        503,
    ),
    "hours-invalid": Code(
        "These are no weekly hours.", 'Write them like "Mon-Fri 20:00-08:00, Sat-Sun 00:00-24:00".'
    ),
    "memory-short": Code(
        "The training needs more memory than there is.",
        "Close programs, or raise the cap with `fedart-edge manners --memory-mb N`. Nothing was sent.",
        403,
    ),
    "step-too-slow": Code(
        "The training would take longer on this computer than you accept.",
        "Nothing was sent. Raise the limit with `fedart-edge rules --max-minutes N`, or allow more --threads.",
        403,
    ),
}
