"""What answers at this very moment, as SQL: the one place where a live version, its validity and its audience are asked for."""

# `d` is the document. statement_timestamp(): a document that expires is gone at that second, without a job.
VALID = """
(d.valid_from IS NULL OR d.valid_from <= statement_timestamp()) AND (d.valid_until IS NULL OR d.valid_until > statement_timestamp())
AND (%(internal)s OR d.audience = 'public')
"""


def live(version: str) -> str:
    """The condition that the version in this column answers now; parameters: internal (may staff-only documents be read?)."""
    return f"EXISTS (SELECT FROM knowledge_document d WHERE d.live_version_id = {version} AND {VALID})"
