"""What counts as personal beside the built-in kinds, and how long it is kept."""

from scrm.settings import env

# Days after which the value behind a placeholder is deleted, counted from when it was last said.
VAULT_KEEP_DAYS = env.number("SCRM_VAULT_KEEP_DAYS", 90)

# Regular expressions, separated by line breaks; a group, when there is one, is the number itself.
ORDER_PATTERNS = env.text(
    "SCRM_ORDER_PATTERNS",
    r"(?:订单|单)(?:编?号码?)?(?:是|为|:|：|#|＃){0,2}\s{0,2}([A-Za-z]{0,4}\d[A-Za-z0-9\-]{7,31})(?![A-Za-z0-9])"
    "\n"
    r"(?:运|快递|物流)单?(?:编?号码?)(?:是|为|:|：|#|＃){0,2}\s{0,2}([A-Za-z]{0,4}\d[A-Za-z0-9\-]{7,31})(?![A-Za-z0-9])"
    "\n"
    r"(?<![A-Za-z0-9\-])([A-Za-z]{0,4}\d[A-Za-z0-9\-]{9,31})(?=\s?(?:这个|这笔|那个|的)?(?:订单|运单|快递单))"
    "\n"
    r"(?<![A-Za-z])order(?: ?(?:no|number|id))?[ .:#：]{1,3}([A-Za-z]{0,4}\d[A-Za-z0-9\-]{7,31})(?![A-Za-z0-9])",
).splitlines()
