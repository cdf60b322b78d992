"""Pages that are fetched from the web."""

from scrm.settings import env

WEB_TIMEOUT_S = env.number("SCRM_WEB_TIMEOUT_S", 30)  # for one page, redirects included
WEB_MAX_BYTES = env.number("SCRM_WEB_MAX_MB", 20) * 1024 * 1024
WEB_DELAY_S = env.number("SCRM_WEB_DELAY_S", 1)  # between two requests to one host; a robots.txt may ask for more
