"""What the vault's tables hold about people: names of browsers and computers, and ciphertext that nobody here opens."""

from consent.holdings.kinds import DELETE, Holding

VAULT = "GDPR 6(1)(b): to keep the adapters that the artist locked away"
LIVES = "as long as the vault: until the artist erases it, or the account"

VAULT_HOLDINGS = [
    Holding(
        "gallery.VaultSmallFile",
        "Locked keys of vaults",
        VAULT,
        "as long as the newest signed list names them",
        "vault__artist",
        DELETE,
        about="data",
        technical="id vault sha256",
    ),
    Holding(
        "gallery.VaultVersion",
        "Signed lists of vaults",
        VAULT,
        LIVES,
        "vault__artist",
        DELETE,
        about="document at by_device",
        technical="id vault version sha256",
    ),
    Holding(
        "gallery.VaultObject",
        "Locked adapters",
        VAULT,
        "as long as the newest signed list names them; broken-off uploads two days",
        "vault__artist",
        DELETE,
        about="bytes begun_at complete_at",
        technical="id vault sha256 pieces",
    ),
    Holding(
        "gallery.VaultAsk",
        "Computers that ask to be let into a vault",
        VAULT,
        "until the artist answers",
        "vault__artist",
        DELETE,
        about="device recipient asked_at",
        technical="id vault",
    ),
    Holding(
        "gallery.Vault",
        "Vaults",
        VAULT,
        LIVES,
        "artist",
        DELETE,
        identifies="artist",
        about="made_at changed_at",
        technical="id version recipient",
    ),
]
