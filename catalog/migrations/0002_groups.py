"""The two groups an organisation starts with. Admins may change them; this runs once."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

VIEWERS = ("view_model", "view_syncrun", "view_event")
ADMINS = (*VIEWERS, "change_model", "enable_model", "sync_models")


def create_groups(apps, schema_editor):
    # Permissions are made after all migrations; the groups need them now.
    config = installed.get_app_config("catalog")
    create_permissions(config, verbosity=0, using=schema_editor.connection.alias, apps=apps)
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for name, codenames in (("Model viewers", VIEWERS), ("Model admins", ADMINS)):
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(
            *Permission.objects.filter(content_type__app_label="catalog", codename__in=codenames)
        )


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length"), ("contenttypes", "0002_remove_content_type_name")]

    operations = [migrations.RunPython(create_groups, migrations.RunPython.noop)]
