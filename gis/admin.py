"""Django's administration pages as a window: stored records to look at, nothing to change.

Every change goes through a service, which asks the policy and writes the journal; accounts are managed on /accounts/.
"""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import Group
from django.http import HttpRequest

# People sign in on one page only: there every attempt is counted and noted.
admin.site.login = login_required(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "Gridwork 社区网格"
admin.site.unregister(Group)


class Window(admin.ModelAdmin):
    """Look, never touch."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return False


class ImportWindow(Window):
    list_display = ["kind", "file_name", "district_code", "by_name", "at"]
    list_filter = ["kind"]


class RunWindow(Window):
    list_display = ["district", "kind", "state", "as_of", "new_count", "known_count", "resolved_count", "seconds"]
    list_filter = ["state", "kind"]


admin.site.register(apps.get_model("gridwork", "ImportRecord"), ImportWindow)
admin.site.register(apps.get_model("gridwork", "AuditRun"), RunWindow)
