"""The web process: Django for HTTP, Channels for sockets."""

import os

from fedart_site.environment import prepare_process

os.environ.setdefault("FEDART_PROCESS", "web")
prepare_process()

from django.core.asgi import get_asgi_application  # noqa: E402

http = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402

from fedart_site.known_engines import refuse_without_engines  # noqa: E402
from fedart_site.limits import BodyLimit  # noqa: E402
from gallery.routing import websocket_urlpatterns  # noqa: E402

refuse_without_engines()

application = ProtocolTypeRouter(
    {
        "http": BodyLimit(http),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
