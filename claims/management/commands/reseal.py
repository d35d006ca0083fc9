from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.workflow.contacts import reseal_contacts


class Command(BaseCommand):
    help = "Seals every contact anew under the first key of SEAL_KEYS, so that the older keys can be taken out."

    def handle(self, *args: Any, **options: Any) -> None:
        resealed, unopened = reseal_contacts()
        self.stdout.write(f"{resealed} contacts sealed under the newest key.")
        if unopened:
            raise CommandError(
                f"{unopened} contacts are opened by none of the keys: put back the one that sealed them."
            )
