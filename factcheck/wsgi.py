import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")
application = get_wsgi_application()
# Loaded before the server forks, so that its processes share it and no first request waits for it.
_ = get_resolver().url_patterns
