"""What the two groups may do with custom models. Admins may change them; this runs once."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

VIEWERS = ("view_customizationjob", "view_dataset", "view_found")
ADMINS = (*VIEWERS, "create_custom_model", "adopt_found")


def extend_groups(apps, schema_editor):
    config = installed.get_app_config("customization")
    create_permissions(config, verbosity=0, using=schema_editor.connection.alias, apps=apps)
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for name, codenames in (("Model viewers", VIEWERS), ("Model admins", ADMINS)):
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(
            *Permission.objects.filter(content_type__app_label="customization", codename__in=codenames)
        )


class Migration(migrations.Migration):
    dependencies = [("customization", "0001_initial"), ("catalog", "0002_groups")]

    operations = [migrations.RunPython(extend_groups, migrations.RunPython.noop)]
