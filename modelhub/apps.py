from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig

# Binds shared tasks to our broker settings in every process that loads Django.
from modelhub.celery import app as celery_app
from modelhub.checks import refuse_sandbox_in_production

__all__ = ["ModelhubAdminConfig", "ModelhubConfig", "celery_app"]


class ModelhubConfig(AppConfig):
    name = "modelhub"
    verbose_name = "modelhub"

    def ready(self) -> None:
        refuse_sandbox_in_production()


class ModelhubAdminConfig(AdminConfig):
    default_site = "modelhub.admin.ModelhubAdminSite"
