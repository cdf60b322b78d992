"""What counts as personal beside the built-in kinds, and how long it is kept."""

from scrm.settings import env

# Days after which the value behind a placeholder is deleted, counted from when it was last said.
VAULT_KEEP_DAYS = env.number("SCRM_VAULT_KEEP_DAYS", 90)

# Regular expressions, separated by line breaks; a group, when there is one, is the number itself.
ORDER_PATTERNS = env.text(
    "SCRM_ORDER_PATTERNS",
    r"(?:订单|单)(?:编?号)?(?:是|为|:|：)?\s{0,2}([A-Za-z]{0,4}\d[A-Za-z0-9\-]{7,31})(?![A-Za-z0-9])"
    "\n"
    r"(?:运|快递|物流)单?(?:编?号)(?:是|为|:|：)?\s{0,2}([A-Za-z]{0,4}\d[A-Za-z0-9\-]{7,31})(?![A-Za-z0-9])",
).splitlines()
