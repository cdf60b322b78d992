"""When knowledge counts as old, and when its owners hear of it."""

from scrm.settings import env

REMIND_DAYS = env.number("SCRM_REMIND_DAYS", 14)  # before "review by" and "valid until"
STALE_MONTHS = env.number("SCRM_STALE_MONTHS", 12)  # not changed, and no date for its next review
UNUSED_DAYS = env.number("SCRM_UNUSED_DAYS", 90)  # published, and quoted in no answer
