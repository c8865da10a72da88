from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "fedart_site"
    verbose_name = "FedArt"

    def ready(self) -> None:
        from fedart_site import checks  # noqa: F401  (registers the system checks)
