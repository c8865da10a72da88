"""What goes in and out at the vault's doors. Files are base64 (RFC 4648 section 4) of ciphertext."""

import base64
import binascii
from typing import Any

from rest_framework import serializers

from federation.vault.lists import MAX_LIST_BYTES
from gallery.limits import VAULT_SMALL_MAX_BYTES

SMALL_MAX = 26  # keyring.age and every slot that may have a file, with room


class SmallFileField(serializers.CharField):
    """One small age file."""

    def to_internal_value(self, data: Any) -> bytes:
        text = super().to_internal_value(data)
        try:
            return base64.b64decode(text.encode("ascii"), validate=True)
        except (binascii.Error, UnicodeEncodeError):
            raise serializers.ValidationError("This is not base64.") from None


class AskSerializer(serializers.Serializer[Any]):
    """A device that asks to be let in."""

    device = serializers.UUIDField()
    name = serializers.CharField()
    recipient = serializers.CharField(help_text="Its age recipient.")
    fingerprint = serializers.CharField(help_text="What the artist compares with the device's own screen.")
    asked_at = serializers.DateTimeField()


class VaultSerializer(serializers.Serializer[Any]):
    """The newest signed list, the small files it names, and who asks to be let in."""

    list = serializers.CharField(help_text="Exactly the signed text.")
    files = serializers.DictField(child=serializers.CharField(), help_text="SHA-256 to base64.")
    asks = AskSerializer(many=True)


class ListsSerializer(serializers.Serializer[Any]):
    """Signed lists, oldest first."""

    lists = serializers.ListField(child=serializers.CharField())


class NewListSerializer(serializers.Serializer[Any]):
    """A new signed list with the small files that are new."""

    list = serializers.CharField(max_length=MAX_LIST_BYTES, trim_whitespace=False)
    files = serializers.DictField(
        child=SmallFileField(max_length=VAULT_SMALL_MAX_BYTES * 4 // 3 + 4, trim_whitespace=False),
        required=False,
        help_text="SHA-256 to base64.",
    )

    def validate_files(self, value: dict[str, bytes]) -> dict[str, bytes]:
        if len(value) > SMALL_MAX:
            raise serializers.ValidationError(f"At most {SMALL_MAX} files.")
        return value


class KeptListSerializer(serializers.Serializer[Any]):
    """The list that is the newest now."""

    version = serializers.IntegerField()
    sha256 = serializers.CharField()


class AnnounceSerializer(serializers.Serializer[Any]):
    """A file that is to be uploaded."""

    sha256 = serializers.CharField(max_length=64)
    bytes = serializers.IntegerField(min_value=1, max_value=2**40)


class ObjectSerializer(serializers.Serializer[Any]):
    """How far an upload is."""

    sha256 = serializers.CharField()
    bytes = serializers.IntegerField()
    pieces = serializers.IntegerField(help_text="How many have arrived; send the piece of this number next.")
    piece_bytes = serializers.IntegerField(help_text="Every piece but the last has this length.")
    complete = serializers.BooleanField()


class JoinSerializer(serializers.Serializer[Any]):
    """The age recipient of the device that asks."""

    recipient = serializers.CharField(max_length=62)


class EraseSerializer(serializers.Serializer[Any]):
    """The word that shows that it is meant."""

    word = serializers.CharField(max_length=20)


class ErasureSerializer(serializers.Serializer[Any]):
    """What was removed, and what was counted afterwards."""

    files_removed = serializers.IntegerField()
    lists_removed = serializers.IntegerField()
    rows_left = serializers.IntegerField()
    files_left = serializers.IntegerField()


class GroundSerializer(serializers.Serializer[Any]):
    """A base's adapter spec (docs/protocol.md) and the newest version of the shared adapter."""

    spec = serializers.JSONField()
    version = serializers.IntegerField()
    sha256 = serializers.CharField()
