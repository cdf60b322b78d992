"""Verbs on knowledge bases. The administration calls them within its own transaction, so they are not durable by themselves."""

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from knowledge.models import Chunk, Document, DocumentVersion, KnowledgeBase
from knowledge.services.detaching import detach_in_tx
from scrm.access import policy
from scrm.access.grants import grant
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict, Invalid
from scrm.core.locks import lock_in_tx

# Children before parents, in sets: Django's own cascade would load every chunk.
_REMOVE_CONTENT = (
    "DELETE FROM knowledge_chunklexical WHERE base_id = %s",
    "DELETE FROM knowledge_chunkembedding WHERE base_id = %s",
    "DELETE FROM knowledge_termstat WHERE term BETWEEN %s::bigint << 32 AND (%s::bigint << 32) + 4294967295",
    "UPDATE knowledge_document SET live_version_id = NULL WHERE base_id = %s",
    "DELETE FROM knowledge_chunk c USING knowledge_documentversion v WHERE v.id = c.version_id AND v.base_id = %s",
    "DELETE FROM knowledge_documentversion WHERE base_id = %s",
    "DELETE FROM knowledge_document WHERE base_id = %s",
)


def base_create(*, actor, name: str, description: str = "", scratch: bool = False) -> KnowledgeBase:
    """A new, empty base; its maker gets a grant on it. Raises Conflict when the name is taken, Invalid when it is empty."""
    policy.require(actor, "knowledge.add_knowledgebase")
    name = " ".join(name.split())[:120]
    if not name:
        raise Invalid(_("A knowledge base needs a name."))
    try:
        with transaction.atomic():
            base = KnowledgeBase.objects.create(name=name, description=description.strip(), scratch=scratch, created_by=actor)
            if actor is not None:
                grant(actor=actor, subject=actor, container=base)
            audit_record(actor=actor, action="base.create", subject=base)
    except IntegrityError as error:
        raise Conflict(_("There is a knowledge base of this name already.")) from error
    return base


def base_remove(*, actor, base: KnowledgeBase) -> None:
    """Delete a base with all its contents, for good. The nightly files_purge takes its files."""
    policy.require(actor, "knowledge.delete_knowledgebase", base)
    with transaction.atomic():
        lock_in_tx("lexical", base.pk)
        audit_record(actor=actor, action="base.remove", subject=base, detail={"name": base.name})
        _detach_others_in_tx(base)
        with connection.cursor() as cursor:
            for statement in _REMOVE_CONTENT:
                cursor.execute(statement, [base.pk] * statement.count("%s"))
        KnowledgeBase.objects.filter(pk=base.pk).delete()


def _detach_others_in_tx(base: KnowledgeBase) -> None:
    """Citations of what was in the base keep what they say."""
    inside = {Chunk: {"version__base": base}, DocumentVersion: {"base": base}, Document: {"base": base}}
    for model, where in inside.items():
        detach_in_tx(model, model.objects.filter(**where))
