from django.apps import AppConfig


class ServiceConfig(AppConfig):
    """Makes the Celery application the current one in every process, so that a bell finds the broker."""

    name = "factcheck"

    def ready(self) -> None:
        import factcheck.celery  # noqa: F401 - after the settings are there
