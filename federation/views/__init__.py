"""Federation's pages: an artist's devices, the public record of rounds and versions, the operator's desk."""
