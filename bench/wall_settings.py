"""The platform's own settings, with two more addresses to measure against."""

from fedart_site.settings import *  # noqa: F403

ROOT_URLCONF = "wall_urls"
