"""Approved answers end with their sources: a trigger, so that whatever changes a document ends them in the same transaction."""

import django.db.models.deletion
from django.db import migrations, models

# A document that answers customers no longer, or no longer says the quoted words, ends the answers that rest on them; one whose end
# comes nearer brings theirs nearer. `position` of an exact quote in one text: under a millisecond for the longest documents.
FORWARD = """
CREATE FUNCTION knowledge_approved_answers_end() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    silent boolean := NEW.live_version_id IS NULL OR NEW.removed_at IS NOT NULL OR coalesce(NEW.valid_from > now(), false);
    said text;
BEGIN
    IF NOT EXISTS (SELECT FROM knowledge_approvedsource s WHERE s.document_id = NEW.id) THEN
        RETURN NULL;
    END IF;
    IF NOT silent THEN
        SELECT text INTO said FROM knowledge_documentversion WHERE id = NEW.live_version_id;
    END IF;
    UPDATE knowledge_document a
    SET valid_until = CASE
        WHEN silent OR position(s.quote in said) = 0 OR (NEW.audience <> 'public' AND a.audience = 'public') THEN now()
        ELSE least(a.valid_until, NEW.valid_until) END
    FROM knowledge_approvedsource s JOIN knowledge_faqentry e ON e.id = s.entry_id
    WHERE s.document_id = NEW.id AND a.id = e.document_id AND a.id <> NEW.id AND e.origin <> 'written'
        AND (a.valid_until IS NULL OR a.valid_until > now())
        AND (silent OR position(s.quote in said) = 0 OR NEW.valid_until IS NOT NULL OR (NEW.audience <> 'public' AND a.audience = 'public'));
    RETURN NULL;
END $$;
CREATE TRIGGER knowledge_approved_answers_end
AFTER UPDATE OF live_version_id, removed_at, audience, valid_from, valid_until ON knowledge_document
FOR EACH ROW EXECUTE FUNCTION knowledge_approved_answers_end();
"""
BACKWARD = """
DROP TRIGGER knowledge_approved_answers_end ON knowledge_document;
DROP FUNCTION knowledge_approved_answers_end();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("knowledge", "0008_web_pages_gone"),
    ]

    operations = [
        migrations.AddField(
            model_name="faqentry",
            name="approvals",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="faqentry",
            name="origin",
            field=models.CharField(
                choices=[("written", "written by a colleague"), ("review", "approved in review"), ("corrected", "corrected answer")],
                default="written",
                editable=False,
                max_length=10,
                verbose_name="origin",
            ),
        ),
        migrations.CreateModel(
            name="ApprovedSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quote", models.TextField()),
                ("document", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="knowledge.document")),
                ("entry", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="sources", to="knowledge.faqentry")),
            ],
            options={
                "ordering": ["entry", "id"],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
