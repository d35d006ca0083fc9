#!/usr/bin/env python3
"""Django's command line for this service. `python3 run.py manage ...` runs it with the services it needs."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")
    try:
        execute_from_command_line(sys.argv)
    except BrokenPipeError:
        # Whoever read the output has had enough of it (`manage claims | head`); Python must not try to flush the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
