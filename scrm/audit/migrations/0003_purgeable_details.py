from django.db import migrations, models

# A detail may be emptied, once, when it is old and stands in the chain by its hash; nothing else may ever change.
FORWARD = """
CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.detail_hash <> '' AND OLD.purged_at IS NULL AND NEW.purged_at IS NOT NULL AND NEW.detail = '{}'::jsonb
           AND OLD.at < now() - interval '30 days'
           AND to_jsonb(NEW) - 'detail' - 'purged_at' = to_jsonb(OLD) - 'detail' - 'purged_at' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'audit entries are append-only';
END $$;
"""
BACKWARD = """
CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are append-only';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]
    operations = [
        migrations.AddField("auditentry", "detail_hash", models.CharField(max_length=64, default="", db_default="")),
        migrations.AddField("auditentry", "purged_at", models.DateTimeField(null=True, blank=True)),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
