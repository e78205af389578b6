"""What is known of AWS's price list; and everybody who sees models may see what they cost. Admins may change the groups."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

GROUPS = ("Model viewers", "Model spenders")


def let_viewers_see_prices(apps, schema_editor):
    config = installed.get_app_config("customization")
    create_permissions(config, verbosity=0, using=schema_editor.connection.alias, apps=apps)
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    seen = Permission.objects.filter(content_type__app_label="customization", codename="view_price")
    for name in GROUPS:
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(*seen)


class Migration(migrations.Migration):
    dependencies = [("customization", "0004_serving")]

    operations = [
        migrations.CreateModel(
            name="PriceList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("region", models.CharField(max_length=40, unique=True)),
                ("next_check_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField(blank=True, null=True, verbose_name="somebody asked")),
                ("checked_at", models.DateTimeField(blank=True, null=True, verbose_name="last looked")),
                ("refreshed_at", models.DateTimeField(blank=True, null=True, verbose_name="last taken over")),
                ("trouble", models.TextField(blank=True, verbose_name="why it was not taken over")),
                ("needs_permission", models.BooleanField(default=False)),
                ("figures", models.PositiveIntegerField(default=0)),
                ("not_understood", models.JSONField(blank=True, default=list)),
                ("unreadable", models.PositiveIntegerField(default=0)),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunPython(let_viewers_see_prices, migrations.RunPython.noop),
    ]
