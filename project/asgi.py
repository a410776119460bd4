"""The ASGI entry point."""

import os

from django.core.asgi import get_asgi_application

from project.ready import load_in_background

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings.prod")

application = get_asgi_application()

load_in_background()
