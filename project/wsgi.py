"""The WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

from project.ready import load_in_background

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings.prod")

application = get_wsgi_application()

load_in_background()
