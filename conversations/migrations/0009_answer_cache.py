"""Cached answers, and the triggers by which they end with what they rest on, whatever changes it, in the changing transaction."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import pgvector.django.halfvec
from django.db import migrations, models


# A base's content stamp becomes the number of the transaction that changed it. Constraint triggers deferred to the commit: the stamp's
# row is locked for that moment only, so a long transaction over many documents holds up no other, and none can wait for each other.
# Who keeps an answer holds the stamp's row FOR SHARE and has read it before searching: no answer slips in beside a change.
FORWARD = """
INSERT INTO conversations_contentstamp (base_id, stamp) SELECT id, 0 FROM knowledge_knowledgebase;
CREATE FUNCTION conversations_content_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO conversations_contentstamp (base_id, stamp) VALUES (NEW.id, 0) ON CONFLICT (base_id) DO NOTHING;
    RETURN NULL;
END $$;
CREATE FUNCTION conversations_content_changed(changed bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    this bigint := pg_current_xact_id()::text::bigint;
BEGIN
    UPDATE conversations_contentstamp SET stamp = this WHERE base_id = changed AND stamp <> this;
    IF FOUND OR NOT EXISTS (SELECT FROM conversations_contentstamp WHERE base_id = changed) THEN
        DELETE FROM conversations_cachedanswer WHERE base_ids @> ARRAY[changed];
    END IF;
END $$;
CREATE FUNCTION conversations_document_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        PERFORM conversations_content_changed(NEW.base_id);
    END IF;
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND OLD.base_id <> NEW.base_id) THEN
        PERFORM conversations_content_changed(OLD.base_id);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION conversations_base_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM conversations_content_changed(OLD.id);
    RETURN NULL;
END $$;
CREATE TRIGGER conversations_base_begins AFTER INSERT ON knowledge_knowledgebase
FOR EACH ROW EXECUTE FUNCTION conversations_content_begins();
CREATE CONSTRAINT TRIGGER conversations_base_changes AFTER UPDATE OF tuning, words_revision, cut_revision, cut_terms
ON knowledge_knowledgebase DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN ((OLD.tuning, OLD.words_revision, OLD.cut_revision, OLD.cut_terms)
    IS DISTINCT FROM (NEW.tuning, NEW.words_revision, NEW.cut_revision, NEW.cut_terms))
EXECUTE FUNCTION conversations_base_changed();
CREATE CONSTRAINT TRIGGER conversations_base_ends AFTER DELETE ON knowledge_knowledgebase
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION conversations_base_changed();
CREATE CONSTRAINT TRIGGER conversations_document_comes AFTER INSERT ON knowledge_document
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.live_version_id IS NOT NULL) EXECUTE FUNCTION conversations_document_changed();
CREATE CONSTRAINT TRIGGER conversations_document_changes
AFTER UPDATE OF base_id, live_version_id, audience, valid_from, valid_until, removed_at, name, title
ON knowledge_document DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN ((OLD.base_id, OLD.live_version_id, OLD.audience, OLD.valid_from, OLD.valid_until, OLD.removed_at, OLD.name, OLD.title)
    IS DISTINCT FROM (NEW.base_id, NEW.live_version_id, NEW.audience, NEW.valid_from, NEW.valid_until, NEW.removed_at, NEW.name, NEW.title))
EXECUTE FUNCTION conversations_document_changed();
CREATE CONSTRAINT TRIGGER conversations_document_goes AFTER DELETE ON knowledge_document
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.live_version_id IS NOT NULL) EXECUTE FUNCTION conversations_document_changed();
"""
BACKWARD = """
DROP TRIGGER conversations_document_goes ON knowledge_document;
DROP TRIGGER conversations_document_changes ON knowledge_document;
DROP TRIGGER conversations_document_comes ON knowledge_document;
DROP TRIGGER conversations_base_ends ON knowledge_knowledgebase;
DROP TRIGGER conversations_base_changes ON knowledge_knowledgebase;
DROP TRIGGER conversations_base_begins ON knowledge_knowledgebase;
DROP FUNCTION conversations_base_changed();
DROP FUNCTION conversations_document_changed();
DROP FUNCTION conversations_content_changed(bigint);
DROP FUNCTION conversations_content_begins();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0008_mask_stored_texts"),
        ("knowledge", "0009_approved_answers"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContentStamp",
            fields=[
                (
                    "base",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="knowledge.knowledgebase",
                    ),
                ),
                ("stamp", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="CachedAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "base_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None, verbose_name="knowledge bases"
                    ),
                ),
                ("internal", models.BooleanField(default=False, verbose_name="with documents for staff")),
                ("place", models.CharField(max_length=64)),
                ("key", models.CharField(max_length=64, unique=True)),
                ("question", models.TextField(verbose_name="question")),
                ("vector", pgvector.django.halfvec.HalfVectorField(null=True)),
                ("answer", models.TextField(verbose_name="answer")),
                ("quotes", models.JSONField(default=list)),
                ("writer", models.CharField(blank=True, max_length=120, verbose_name="writer")),
                ("confidence", models.FloatField(default=0)),
                ("worth_ms", models.FloatField(default=0, help_text="What finding and writing the answer took.")),
                ("hits", models.PositiveIntegerField(default=0, verbose_name="hits")),
                ("last_hit_at", models.DateTimeField(blank=True, null=True, verbose_name="last hit")),
                ("valid_until", models.DateTimeField(verbose_name="valid until")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
            ],
            options={
                "verbose_name": "cached answer",
                "verbose_name_plural": "cached answers",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["place"], name="cached_by_place"),
                    django.contrib.postgres.indexes.GinIndex(fields=["base_ids"], name="cached_by_base"),
                    models.Index(fields=["valid_until"], name="cached_by_end"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CacheUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("base_ids", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("exact", "same question"),
                            ("semantic", "same meaning"),
                            ("joined", "asked at the same time"),
                            ("miss", "not in the cache"),
                        ],
                        max_length=10,
                    ),
                ),
                ("saved_ms", models.FloatField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["created_at"], name="cache_use_by_time")],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
