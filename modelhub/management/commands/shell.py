"""``manage.py shell`` with the words of the catalog and of customization at hand."""

from django.core.management.commands import shell

_SERVING = ("provision", "deploy", "remove_throughput", "remove_deployment", "delete_model")


class Command(shell.Command):
    def get_auto_imports(self) -> list[str]:
        """Every model (Django's own list), and what one does with them."""
        return [
            *(super().get_auto_imports() or []),
            "catalog.enablement.enable",
            "catalog.enablement.disable",
            "catalog.facts.Use",
            "catalog.sync.sync_platform",
            "customization.shell.create_custom_model",
            *(f"customization.shell_serving.{name}" for name in _SERVING),
        ]
