from django.db import migrations, models

NOBODY = "00000000-0000-0000-0000-000000000000"


class Migration(migrations.Migration):
    dependencies = [("federation", "0001_initial")]

    operations = [
        migrations.AddField("message", "sender", models.UUIDField(default=NOBODY), preserve_default=False),
        migrations.AlterField("round", "session", models.JSONField(default=dict)),
    ]
