import os

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "fedart_site"
    verbose_name = "FedArt"

    def ready(self) -> None:
        from fedart_site import checks  # noqa: F401  (registers the system checks)

        # celery.py takes an unnamed process for a worker; whoever comes through here first is a command.
        os.environ.setdefault("FEDART_PROCESS", "command")
        from fedart_site.celery import app

        app.set_default()  # in every thread: the apps below send tasks through celery.current_app
