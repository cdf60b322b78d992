from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.db.models.deletion import DO_NOTHING

# No embedding or keyword row exists before this migration is applied: the columns are added to empty tables.
# Term counts are updated in place (HOT) because `df` is in no index and pages keep room.
# Vectors of up to 4,000 dimensions stay in their page, as the keyword rows do.
FORWARD = """
ALTER TABLE knowledge_chunklexical ALTER COLUMN tfs TYPE real[], ALTER COLUMN length TYPE real, ALTER COLUMN avgdl TYPE real;
ALTER TABLE knowledge_termstat SET (fillfactor = 70);
ALTER TABLE knowledge_chunkembedding SET (toast_tuple_target = 8160);
"""


def version_key() -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False, db_index=False, on_delete=DO_NOTHING, related_name="+", to="knowledge.documentversion"
    )


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0002_lexical_storage")]
    operations = [
        migrations.RunSQL("TRUNCATE knowledge_chunklexical, knowledge_chunkembedding", migrations.RunSQL.noop),
        migrations.AddField("chunkembedding", "version", version_key(), preserve_default=False),
        migrations.AddField("chunklexical", "version", version_key(), preserve_default=False),
        migrations.AddField("chunklexical", "avgdl", models.FloatField(), preserve_default=False),
        migrations.AlterField("chunklexical", "terms", ArrayField(base_field=models.BigIntegerField(), size=None)),
        migrations.DeleteModel("TermStat"),
        migrations.CreateModel(
            name="TermStat",
            fields=[("term", models.BigIntegerField(primary_key=True, serialize=False)), ("df", models.IntegerField())],
        ),
        migrations.RunSQL(FORWARD, migrations.RunSQL.noop),
    ]
