"""Every address of the service, and what answers where nothing else does: problems for programs, pages for people."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from django.views import defaults

from claims.api import errors

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("claims.public.urls")),
    path("", include("claims.api.urls")),
    path("admin/", admin.site.urls),
]

View = Callable[..., HttpResponse]


def _for_whom(problem: Callable[[HttpRequest], HttpResponse], page: View) -> View:
    def answer(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        return problem(request) if errors.wants_problem(request) else page(request, *args, **options)

    return answer


handler400 = _for_whom(errors.bad_request, defaults.bad_request)
handler403 = _for_whom(errors.forbidden, defaults.permission_denied)
handler404 = _for_whom(errors.not_found, defaults.page_not_found)
handler500 = _for_whom(errors.server_error, defaults.server_error)
