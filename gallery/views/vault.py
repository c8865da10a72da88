"""The vault's page, and everything in it as one zip of standard age files. What opens it never passes here."""

import tempfile
import zipfile
from typing import IO

from csp.decorators import csp_update
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from consent.downloads import FileDownload
from consent.purposes import STORE_PERSONAL
from consent.selectors import live_grant
from gallery import vaults
from gallery.models import Vault
from gallery.views.common import me

# This page holds keys: no string becomes markup or script, and no policy may be made that would allow it.
strict = csp_update({"require-trusted-types-for": ["'script'"], "trusted-types": ["'none'"]})


README = """Your FedArt vault: standard age files (https://age-encryption.org/v1).
The `age` program opens them; FedArt is not needed.

With your recovery code (write it into a file called recovery.txt, on one line):

    age -d -i recovery.txt keyring.age > keys.txt
    age -d -i keys.txt adapters/NAME/adapter-....age > adapter.safetensors

With your passphrase (age asks for it; the name of the slot file differs):

    age -d -i slot-passphrase-....age keyring.age > keys.txt

"about-....age" holds what you called the adapter, "sample-....age" a picture (PNG). Delete recovery.txt and keys.txt
afterwards: whoever has them can open your vault. slots.json is the signed list of everything here; its hashes are
those of the files as they lie here.
"""


@require_safe
@login_required
@never_cache
@ensure_csrf_cookie
@strict  # type: ignore[untyped-decorator]
def vault(request: HttpRequest) -> HttpResponse:
    """Set up, open, look inside: all of it happens in the browser."""
    artist = me(request)
    grant = live_grant(artist_id=artist.pk, purpose=STORE_PERSONAL, at=timezone.now())
    context = {
        "owner": artist.handle,
        "allowed": grant is not None,
        "there": vaults.vault_of(artist_id=artist.pk) is not None,
    }
    return render(request, "vault/page.html", context)


@require_safe
@login_required
@never_cache
def everything(request: HttpRequest) -> HttpResponse:
    """The whole vault as it lies here: ciphertext, the signed lists, and how to open it without FedArt."""
    found = vaults.required(artist_id=me(request).pk)
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    _write_zip(found, file)
    file.seek(0)
    return FileDownload(file, as_attachment=True, filename="fedart-vault.zip", content_type="application/zip")


def _write_zip(vault: Vault, file: IO[bytes]) -> None:
    """Stored, not deflated: ciphertext does not shrink."""
    newest = vaults.newest_list(vault)
    small = vaults.small_files(vault)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        archive.writestr("README.txt", README)
        archive.writestr("slots.json", vaults.newest_bytes(vault))
        archive.writestr("keyring.age", small[newest.keyring])
        for slot in newest.slots:
            if slot.file is not None:
                archive.writestr(f"slot-{slot.kind}-{str(slot.id)[:8]}.age", small[slot.file])
        for listed in newest.files:
            row = vaults.whole_object(vault, listed.sha256)
            with archive.open(vaults.file_name(listed), "w", force_zip64=True) as entry:
                for piece in vaults.pieces_of(row):
                    entry.write(piece)
