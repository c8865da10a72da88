"""Recompute the consent ledger and say whether it adds up."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consent.audit import audit_ledger


class Command(BaseCommand):
    """Exit 0 and a summary, or exit 1 and the first break."""

    help = "Recompute tree, commitments, signatures, heads and checkpoints of the ledger; exit 1 at a break."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the audit and print what was recomputed."""
        audit = audit_ledger()
        if audit.found:
            raise CommandError(f"The ledger is broken at {audit.found}.", returncode=1)
        self.stdout.write(
            f"The ledger holds: {audit.entries} entries, {audit.openings} bodies, {audit.signatures} signatures, "
            f"{audit.nodes} nodes, {audit.checkpoints} checkpoints and {audit.heads} heads recomputed. "
            f"Root {audit.root.hex()}"
        )
