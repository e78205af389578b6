from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string


class CustomizationConfig(AppConfig):
    name = "customization"
    verbose_name = "Custom models"

    def ready(self) -> None:
        # Only now may models be imported: apps are loaded before them.
        post_migrate.connect(import_string("customization.prices.load_bundled"), sender=self)
