"""Throughputs, deployments and deletions; and who may spend."""

import django.db.models.deletion
from django.apps import apps as installed
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

import customization.models.resource

VIEWS = ("view_throughput", "view_deployment", "view_deletion")
# Who may enable a model need not be who may spend money on it: that is a group of its own.
GROUPS = {
    "Model viewers": VIEWS,
    "Model admins": (*VIEWS, "delete_custom_model"),
    "Model spenders": (*VIEWS, "spend"),
}


def extend_groups(apps, schema_editor):
    config = installed.get_app_config("customization")
    create_permissions(config, verbosity=0, using=schema_editor.connection.alias, apps=apps)
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    views = Permission.objects.filter(
        content_type__app_label="catalog", codename__in=("view_model", "view_event")
    )
    for name, codenames in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(
            *Permission.objects.filter(content_type__app_label="customization", codename__in=codenames),
            *views,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0005_deleting"),
        ("customization", "0003_request_ids_and_prices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Deletion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "request_token",
                    models.CharField(
                        default=customization.models.resource.new_token,
                        editable=False,
                        max_length=256,
                        unique=True,
                    ),
                ),
                (
                    "remote_name",
                    models.CharField(blank=True, max_length=63, verbose_name="name on the platform"),
                ),
                ("arn", models.CharField(blank=True, db_index=True, max_length=1024, verbose_name="ARN")),
                ("state", models.CharField(max_length=20)),
                ("remote_word", models.CharField(blank=True, max_length=100, verbose_name="platform's word")),
                ("failure", models.TextField(blank=True)),
                ("trouble", models.TextField(blank=True, verbose_name="passing trouble")),
                ("alarm", models.TextField(blank=True)),
                (
                    "last_request_id",
                    models.CharField(blank=True, max_length=200, verbose_name="AWS request id"),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="last sent")),
                ("next_check_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="fruitless looks in a row")),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("with_artifacts", models.BooleanField(default=False, verbose_name="also the results in S3")),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deletions",
                        to="catalog.model",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
                "permissions": [("delete_custom_model", "Can delete custom models")],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_check_at__isnull", False)),
                        fields=["next_check_at"],
                        name="deletion_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "requested")),
                        fields=("model",),
                        name="one_deletion_at_a_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Deployment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "request_token",
                    models.CharField(
                        default=customization.models.resource.new_token,
                        editable=False,
                        max_length=256,
                        unique=True,
                    ),
                ),
                (
                    "remote_name",
                    models.CharField(blank=True, max_length=63, verbose_name="name on the platform"),
                ),
                ("arn", models.CharField(blank=True, db_index=True, max_length=1024, verbose_name="ARN")),
                ("state", models.CharField(max_length=20)),
                ("remote_word", models.CharField(blank=True, max_length=100, verbose_name="platform's word")),
                ("failure", models.TextField(blank=True)),
                ("trouble", models.TextField(blank=True, verbose_name="passing trouble")),
                ("alarm", models.TextField(blank=True)),
                (
                    "last_request_id",
                    models.CharField(blank=True, max_length=200, verbose_name="AWS request id"),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="last sent")),
                ("next_check_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="fruitless looks in a row")),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("name", models.CharField(max_length=63)),
                ("adopted", models.BooleanField(default=False)),
                (
                    "billed_from",
                    models.DateTimeField(blank=True, null=True, verbose_name="accepted by the platform"),
                ),
                (
                    "billed_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="gone from the platform"),
                ),
                ("failed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "seen_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="last seen on the platform"),
                ),
                ("removal_asked_at", models.DateTimeField(blank=True, null=True)),
                ("ended_because", models.CharField(blank=True, max_length=300, verbose_name="why it ended")),
                ("ended_by_name", models.CharField(blank=True, max_length=200, verbose_name="removed by")),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="catalog.model",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_check_at__isnull", False)),
                        fields=["next_check_at"],
                        name="deployment_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "creating",
                                    "failed",
                                    "in service",
                                    "removing",
                                    "requested",
                                    "unknown",
                                    "updating",
                                ],
                            )
                        ),
                        fields=("model",),
                        name="one_live_deployment_per_model",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("arn", ""), _negated=True),
                        fields=("arn",),
                        name="one_row_per_deployment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Throughput",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "request_token",
                    models.CharField(
                        default=customization.models.resource.new_token,
                        editable=False,
                        max_length=256,
                        unique=True,
                    ),
                ),
                (
                    "remote_name",
                    models.CharField(blank=True, max_length=63, verbose_name="name on the platform"),
                ),
                ("arn", models.CharField(blank=True, db_index=True, max_length=1024, verbose_name="ARN")),
                ("state", models.CharField(max_length=20)),
                ("remote_word", models.CharField(blank=True, max_length=100, verbose_name="platform's word")),
                ("failure", models.TextField(blank=True)),
                ("trouble", models.TextField(blank=True, verbose_name="passing trouble")),
                ("alarm", models.TextField(blank=True)),
                (
                    "last_request_id",
                    models.CharField(blank=True, max_length=200, verbose_name="AWS request id"),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="last sent")),
                ("next_check_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="fruitless looks in a row")),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("name", models.CharField(max_length=63)),
                ("adopted", models.BooleanField(default=False)),
                (
                    "billed_from",
                    models.DateTimeField(blank=True, null=True, verbose_name="accepted by the platform"),
                ),
                (
                    "billed_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="gone from the platform"),
                ),
                ("failed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "seen_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="last seen on the platform"),
                ),
                ("removal_asked_at", models.DateTimeField(blank=True, null=True)),
                ("ended_because", models.CharField(blank=True, max_length=300, verbose_name="why it ended")),
                ("ended_by_name", models.CharField(blank=True, max_length=200, verbose_name="removed by")),
                ("units", models.PositiveIntegerField(verbose_name="model units")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="lease ends")),
                (
                    "no_end_reason",
                    models.CharField(blank=True, max_length=300, verbose_name="why it has no end"),
                ),
                (
                    "warned_minutes",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="last warning, minutes before the end"
                    ),
                ),
                (
                    "unit_hour",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        max_digits=14,
                        null=True,
                        verbose_name="USD per unit-hour",
                    ),
                ),
                ("price_source", models.CharField(blank=True, max_length=300)),
                (
                    "last_invoked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="last call seen"),
                ),
                (
                    "usage_read_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="usage last read"),
                ),
                (
                    "usage_trouble",
                    models.CharField(blank=True, max_length=500, verbose_name="why usage is unknown"),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="catalog.model",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
                "permissions": [
                    ("spend", "May spend: provision, extend and remove throughput and deployments")
                ],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_check_at__isnull", False)),
                        fields=["next_check_at"],
                        name="throughput_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "creating",
                                    "failed",
                                    "in service",
                                    "removing",
                                    "requested",
                                    "unknown",
                                    "updating",
                                ],
                            )
                        ),
                        fields=("model",),
                        name="one_live_throughput_per_model",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("arn", ""), _negated=True),
                        fields=("arn",),
                        name="one_row_per_throughput",
                    ),
                ],
            },
        ),
        migrations.RunPython(extend_groups, migrations.RunPython.noop),
    ]
