"""Who called a stranger somebody else's, and whether its tags are known for good."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customization", "0008_failure_moment")]

    operations = [
        migrations.AddField(
            model_name="found",
            name="marked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="found",
            name="marked_by_name",
            field=models.CharField(blank=True, max_length=200, verbose_name="who said last whose it is"),
        ),
        migrations.AddField(
            model_name="found",
            name="tags_are_sure",
            field=models.BooleanField(default=False),
        ),
    ]
