"""The gallery's WebSocket address."""

from django.urls import path

from gallery.consumers import StudioConsumer

websocket_urlpatterns = [path("ws/studio/", StudioConsumer.as_asgi())]
