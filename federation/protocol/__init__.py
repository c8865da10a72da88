"""The aggregation protocol: one round, five steps, between devices and a server that only relays and adds.

For most uses: `manifest.Manifest` says what a round is, `schemes.SCHEMES[name]` gives its client and server
sessions, and every refusal is an `errors.Refusal` whose code has a section in docs/codes.md.

Pure by contract: standard library, numpy and cryptography; no clock, no input or output, no global
randomness. The bytes on the wire are described in docs/protocol.md; tests/vectors holds vectors for a second
implementation.
"""
