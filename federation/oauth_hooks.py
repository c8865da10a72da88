"""What settings hand to django-oauth-toolkit. Imported by settings, so nothing here may import models at the top."""

from typing import Any


def user_of_device_code(request: Any) -> None:
    """Sets user and scopes of a token request from the grant row, which keeps only the hash of the device code."""
    from oauth2_provider.models import DeviceGrant

    from federation.services.enrol import code_hash

    grant = DeviceGrant.objects.get(device_code=code_hash(request._params["device_code"]))
    request.user = grant.user
    request.scopes = grant.scope.split()
