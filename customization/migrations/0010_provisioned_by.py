"""Who provisioned something, in words of their own: accounts are deleted, and what was paid for stays."""

from django.db import migrations, models


def name_them(apps, _schema_editor):
    for noun in ("Throughput", "Deployment"):
        rows = apps.get_model("customization", noun).objects
        for row in rows.select_related("requested_by").iterator():
            name = row.requested_by.username if row.requested_by else "modelhub"
            if row.adopted:
                name = f"somebody on AWS, adopted by {name}" if row.requested_by else "not known any more"
            rows.filter(pk=row.pk).update(provisioned_by=name[:300])


class Migration(migrations.Migration):
    dependencies = [("customization", "0009_who_says_so")]

    operations = [
        migrations.AddField(
            model_name="deployment",
            name="provisioned_by",
            field=models.CharField(default="modelhub", max_length=300),
        ),
        migrations.AddField(
            model_name="throughput",
            name="provisioned_by",
            field=models.CharField(default="modelhub", max_length=300),
        ),
        migrations.RunPython(name_them, migrations.RunPython.noop),
    ]
