"""SecAgg: the server learns the sum of a cohort's updates and nothing else of them.

After Bonawitz et al. 2017 (CCS) with the self-mask and the consistency step of its stronger model, and with the
sparse graph of Bell et al. 2020 (CCS) above 512 devices. docs/protocol.md has every byte, and what is claimed
against whom. Read in this order:

    cohort      how many must agree, how many shares open a secret
    degree      how dense a sparse graph must be
    graph       who shares with whom
    derive      every key, with its label and what it is bound to
    shamir      32-byte secrets in parts
    seal        a part for one device, through the server
    prg         a key becomes a mask
    bodies      the bytes of the ten messages
    client      a device's five steps
    secrets     what a device must keep secret in a round, from one root
    record      the server's state as plain JSON
    server      the server's five steps
    removal     the masks are taken off the sum
"""

NAME = "SecAgg"
SENTENCE = "SecAgg hides each update: the server can open the sum of the cohort, and only the sum."
