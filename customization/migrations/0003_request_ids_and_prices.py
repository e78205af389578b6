"""AWS's request ids on jobs; and the admins' group may set prices. Admins may change the group; this runs once."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

PRICES = ("view_price", "add_price", "change_price", "delete_price")


def let_admins_set_prices(apps, schema_editor):
    config = installed.get_app_config("customization")
    create_permissions(config, verbosity=0, using=schema_editor.connection.alias, apps=apps)
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    group, _ = Group.objects.get_or_create(name="Model admins")
    group.permissions.add(
        *Permission.objects.filter(content_type__app_label="customization", codename__in=PRICES)
    )


class Migration(migrations.Migration):
    dependencies = [("customization", "0002_groups")]

    operations = [
        migrations.AddField(
            model_name="customizationjob",
            name="last_request_id",
            field=models.CharField("AWS request id", max_length=200, blank=True, default=""),
            preserve_default=False,
        ),
        migrations.RunPython(let_admins_set_prices, migrations.RunPython.noop),
    ]
