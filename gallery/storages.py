"""Which of the site's storages hold the gallery's files, named once."""

from django.core.files.storage import Storage, storages


def private_images() -> Storage:
    """The private picture store (STORAGES["images"]): a folder, or a bucket when the operator says so."""
    return storages["images"]


def vault_files() -> Storage:
    """Pieces of the artists' encrypted files (STORAGES["vault"])."""
    return storages["vault"]
