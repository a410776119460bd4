"""For the commands that work on files alone: no database, no accounts, no pages, and none of what they would load.

A cold start then takes a fraction of a second instead of several. manage.py chooses these settings for those commands.
"""

from project import env, libraries  # noqa: F401
from project.settings.language import *  # noqa: F403

INSTALLED_APPS = ["gis.apps.FilesConfig"]
SECRET_KEY = "signs-nothing"  # noqa: S105 - nothing here is signed or served
MAP_REVIEW_NUMBER = env.text("MAP_REVIEW_NUMBER")
