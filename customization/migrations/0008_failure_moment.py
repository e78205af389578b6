"""Since when the platform says that something of a throughput or deployment has failed."""

from django.db import migrations, models

_FIELD = models.DateTimeField(blank=True, null=True, verbose_name="failure first seen")


class Migration(migrations.Migration):
    dependencies = [("customization", "0007_radar_look")]

    operations = [
        migrations.AddField(model_name="deployment", name="failure_at", field=_FIELD),
        migrations.AddField(model_name="throughput", name="failure_at", field=_FIELD.clone()),
    ]
