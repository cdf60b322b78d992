import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What people decided before becomes their word, so that who said what is not lost.
OPINIONS = """
INSERT INTO training_annotationopinion (task_id, author_id, skipped, said_at, rejected, marks, error, corrected, created_at)
SELECT id, claimed_by_id, false, done_at, state = 'rejected', '[]', error, corrected, created_at
FROM training_annotationtask WHERE state IN ('done', 'rejected') AND claimed_by_id IS NOT NULL AND done_at IS NOT NULL;
UPDATE training_annotationtask SET decided_by_id = claimed_by_id WHERE state IN ('done', 'rejected');
UPDATE training_annotationtask SET wanted = 2 WHERE state = 'open' AND reason = 'control';
SET CONSTRAINTS ALL IMMEDIATE
"""


class Migration(migrations.Migration):

    dependencies = [
        ('knowledge', '0010_questions_that_hold_labels'),
        ('training', '0006_annotation_tasks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AnnotationOpinion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('skipped', models.BooleanField(default=False)),
                ('said_at', models.DateTimeField(blank=True, null=True)),
                ('rejected', models.BooleanField(default=False)),
                ('marks', models.JSONField(blank=True, default=list)),
                ('error', models.CharField(blank=True, choices=[('retrieval', 'wrong passage found'), ('outdated', 'outdated document'), ('reading', 'right passage, wrong answer'), ('tone', 'wrong tone'), ('missing', 'knowledge is missing'), ('none', 'nothing was wrong')], max_length=10)),
                ('corrected', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': "annotator's word",
                'verbose_name_plural': "annotators' words",
                'ordering': ['task', 'id'],
            },
        ),
        migrations.CreateModel(
            name='AnnotationPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('people', models.PositiveSmallIntegerField(default=1)),
                ('base', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='knowledge.knowledgebase')),
            ],
            options={
                'verbose_name': 'annotators of a base',
                'verbose_name_plural': 'annotators of bases',
                'constraints': [models.CheckConstraint(condition=models.Q(('people__range', (1, 5))), name='annotation_people_few')],
            },
        ),
        migrations.AlterModelOptions(
            name='annotationtask',
            options={'ordering': ['-weight', '-id'], 'permissions': [('adjudicate_annotationtask', 'May decide where annotators differ')], 'verbose_name': 'annotation task', 'verbose_name_plural': 'annotation tasks'},
        ),
        migrations.RemoveConstraint(
            model_name='annotationtask',
            name='annotation_has_cause',
        ),
        migrations.AddField(
            model_name='annotationtask',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='annotationtask',
            name='wanted',
            field=models.PositiveSmallIntegerField(default=1, help_text="People who look at it, each without seeing the others' word."),
        ),
        migrations.AlterField(
            model_name='annotationtask',
            name='reason',
            field=models.CharField(choices=[('unsolved', 'not solved'), ('disliked', 'disliked by a colleague'), ('reviewed', 'changed or rejected in review'), ('refused', 'refused although something was found'), ('control', 'random control'), ('imported', 'imported')], max_length=10, verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='annotationtask',
            name='state',
            field=models.CharField(choices=[('open', 'open'), ('disputed', 'people differ'), ('done', 'done'), ('rejected', 'rejected')], default='open', max_length=10, verbose_name='state'),
        ),
        migrations.AddConstraint(
            model_name='annotationtask',
            constraint=models.CheckConstraint(condition=models.Q(('turn__isnull', False), ('rating__isnull', False), ('reason', 'imported'), _connector='OR'), name='annotation_has_cause'),
        ),
        migrations.AddField(
            model_name='annotationopinion',
            name='task',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='opinions', to='training.annotationtask'),
        ),
        migrations.AddConstraint(
            model_name='annotationopinion',
            constraint=models.UniqueConstraint(fields=('task', 'author'), name='annotation_opinion_once'),
        ),
        migrations.RunSQL(OPINIONS, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name='annotationtask',
            name='claimed_by',
        ),
        migrations.RemoveField(
            model_name='annotationtask',
            name='lease_until',
        ),
    ]
