"""The OpenAPI document and its page, both without a log-in and without any other host."""

from __future__ import annotations

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request


class SchemaView(SpectacularJSONAPIView):
    pass


@method_decorator(csp_update({"style-src": settings.DOCS_PAGE_STYLES}), name="dispatch")  # type: ignore[arg-type]
class DocsView(SpectacularSwaggerSplitView):
    url_name = "api-schema"
    url_name_ui = None
