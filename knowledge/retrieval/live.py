"""What answers at this very moment, as SQL: the one place where a live version, its validity and its audience are asked for."""

# A search asks both halves and reads the passages in statements of their own: it fixes one moment for all of them, or a document that
# becomes valid in between would be found by one half only. The setting ends with the transaction.
SET_MOMENT = "SELECT set_config('zhike.moment', statement_timestamp()::text, true);"
MOMENT = "(SELECT coalesce(nullif(current_setting('zhike.moment', true), '')::timestamptz, statement_timestamp()))"

# `d` is the document. The clock is asked, so a document that expires is gone at that second, without a job.
VALID = f"""
(d.valid_from IS NULL OR d.valid_from <= {MOMENT}) AND (d.valid_until IS NULL OR d.valid_until > {MOMENT})
AND (%(internal)s OR d.audience = 'public')
"""


def live(version: str) -> str:
    """The condition that the version in this column answers now; parameters: internal (may staff-only documents be read?)."""
    return f"EXISTS (SELECT FROM knowledge_document d WHERE d.live_version_id = {version} AND {VALID})"
