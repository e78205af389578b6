"""Whether throughputs are called; and throughputs and deployments that modelhub did not make."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customization", "0005_price_views")]

    operations = [
        migrations.AddField(
            model_name="throughput",
            name="in_service_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="in service since"),
        ),
        migrations.AddField(
            model_name="throughput",
            name="idle_told_for",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="beginning of the idle time last told of"
            ),
        ),
        migrations.AlterField(
            model_name="found",
            name="noun",
            field=models.CharField(
                choices=[
                    ("job", "Customization job"),
                    ("model", "Custom model"),
                    ("throughput", "Provisioned throughput"),
                    ("deployment", "On-demand deployment"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="found",
            name="model_arn",
            field=models.CharField(blank=True, max_length=1024, verbose_name="model it made or serves"),
        ),
        migrations.AddField(
            model_name="found",
            name="units",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="model units"),
        ),
        migrations.AddField(
            model_name="found",
            name="instance",
            field=models.CharField(blank=True, max_length=300, verbose_name="installation"),
        ),
        migrations.AddField(
            model_name="found",
            name="token",
            field=models.CharField(blank=True, max_length=256, verbose_name="request"),
        ),
        migrations.AddField(
            model_name="found",
            name="tags_read_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="found",
            name="note",
            field=models.CharField(blank=True, max_length=500, verbose_name="what people should know"),
        ),
    ]
