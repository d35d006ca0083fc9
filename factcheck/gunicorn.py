"""How gunicorn serves `factcheck.wsgi`. Where it listens and where it logs is said on its command line."""

import gc
import os
from typing import Any

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 4
preload_app = True  # the workers share the memory of what is loaded before they fork
timeout = 60  # seconds without a sign of life
graceful_timeout = 10  # seconds for requests under way when it stops
logger_class = "factcheck.access_log.DiscreetLogger"
control_socket_disable = True  # it would lie in the home folder, shared by every service of this user


def pre_fork(_server: Any, _worker: Any) -> None:
    """What is loaded is here to stay: without the collector walking over it, its memory stays shared."""
    gc.collect()
    gc.freeze()
