"""The OpenAPI document and its page, both without a log-in and without any other host."""

from __future__ import annotations

from csp.decorators import csp_update
from django.conf import settings
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView


class SchemaView(SpectacularJSONAPIView):
    pass


@method_decorator(csp_update({"style-src": settings.DOCS_PAGE_STYLES}), name="dispatch")
class DocsView(SpectacularSwaggerSplitView):
    url_name = "api-schema"
    url_name_ui = None
