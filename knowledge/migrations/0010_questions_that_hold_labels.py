from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('knowledge', '0009_approved_answers'),
    ]

    operations = [
        migrations.AddField(
            model_name='searchquestion',
            name='asked',
            field=models.BooleanField(default=True),
        ),
    ]
