"""The last look of the radar, whose turn is next, commitments, and from when on usage is known."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customization", "0006_radar"),
    ]

    operations = [
        migrations.CreateModel(
            name="RadarLook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("region", models.CharField(max_length=40, unique=True)),
                ("asked_at", models.DateTimeField(blank=True, null=True, verbose_name="somebody asked")),
                ("checked_at", models.DateTimeField(blank=True, null=True, verbose_name="last looked")),
                ("new", models.PositiveIntegerField(default=0, verbose_name="strangers never seen before")),
                ("trouble", models.TextField(blank=True, verbose_name="what could not be seen")),
                ("needs_permission", models.BooleanField(default=False)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="found",
            name="adoption_tried_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="found",
            name="commitment",
            field=models.CharField(blank=True, max_length=100, verbose_name="committed for"),
        ),
        migrations.AddField(
            model_name="found",
            name="committed_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="found",
            name="tags_tried_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="throughput",
            name="usage_read_from",
            field=models.DateTimeField(blank=True, null=True, verbose_name="usage known without a gap since"),
        ),
    ]
