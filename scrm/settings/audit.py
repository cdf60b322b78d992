"""How long the details of the audit log are kept. Who did what to which row, and when, is kept for ever."""

from scrm.settings import env

# (prefixes of actions, days; 0 = for ever), at least thirty days.
AUDIT_KEEP_DAYS = (
    (("turn.", "question.", "review.", "conversation.", "outbound.", "event."), env.number("SCRM_AUDIT_KEEP_DAYS_ANSWERS", 730)),
    (("customer.", "personal."), env.number("SCRM_AUDIT_KEEP_DAYS_CUSTOMERS", 365)),
    (("document.", "version.", "faq.", "word.", "batch.", "base.", "web."), env.number("SCRM_AUDIT_KEEP_DAYS_KNOWLEDGE", 0)),
)
