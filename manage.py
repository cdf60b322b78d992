#!/usr/bin/env python
"""Command-line entry point."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scrm.settings.dev")
    from scrm.stack.entry import run

    run(sys.argv)
