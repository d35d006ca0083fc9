from importlib import import_module

from django.contrib.admin.apps import SimpleAdminConfig


class DeskAdminConfig(SimpleAdminConfig):
    """The admin with our own site and only what this package registers: no groups, no permissions."""

    default_site = "claims.admin.site.DeskSite"

    def ready(self) -> None:
        super().ready()
        import_module("claims.admin.registry")
