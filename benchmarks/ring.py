"""Rings the worker for every article that has recorded claims, and prints how many claims that are."""

from __future__ import annotations

import django

django.setup()

from claims.bell import Bell, ring  # noqa: E402 - after the set-up
from claims.models import Claim  # noqa: E402
from claims.vocab import Status  # noqa: E402

waiting = Claim.objects.filter(status=Status.RECORDED)
count = waiting.count()
for article in waiting.values_list("appearances__version__article", flat=True).distinct():
    ring(Bell.ENQUEUE_ARTICLE, article)
print(count)
