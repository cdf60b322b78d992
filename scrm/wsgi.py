"""WSGI entry point of the web process."""

import os
import sys

from django.core.wsgi import get_wsgi_application

# A thread back from the database waits so long for one that computes (5 ms by default): callbacks come in bursts and compute for 1 ms each.
sys.setswitchinterval(0.001)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scrm.settings.prod")
application = get_wsgi_application()
