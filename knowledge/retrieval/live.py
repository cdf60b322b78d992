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


def live(version: str, *, in_bases: bool = False) -> str:
    """The condition that the version in this column answers now; parameters: internal (may staff-only documents be read?).

    Each row looks up its own document: left to itself, the planner would hash all documents there are for a few hundred rows (146 ms at
    125,000). `in_bases`: for a statement that reads a whole scope, whose documents (parameter `bases`) are read once instead.
    """
    if in_bases:
        return f"""EXISTS (
            SELECT FROM knowledge_document d WHERE d.live_version_id = {version} AND d.base_id = ANY(%(bases)s::bigint[]) AND {VALID}
        )"""
    return f"EXISTS (SELECT FROM knowledge_document d WHERE d.live_version_id = {version} AND {VALID} OFFSET 0)"
