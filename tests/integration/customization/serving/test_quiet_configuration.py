"""The poll of the Configuration tab answers 204 while nothing of what it shows has changed."""

import pytest

from catalog.customs import change_custom_model
from catalog.models import Model
from customization.models import Deletion
from tests.builders import NOW
from tests.integration.opened import Opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def configuration(completed, as_admin) -> Opened:
    at = f"/custom/models/{completed.model_id}/configuration/"
    return Opened(as_admin, at, f"{at}poll")


@pytest.mark.parametrize(
    "columns", [{"trouble": "AWS is away."}, {"alarm": "Look at it."}, {"last_request_id": "req-77"}]
)
def test_a_deletion_that_goes_on_is_drawn_anew_only_when_there_is_news(completed, configuration, columns):
    Deletion.objects.create(model=completed.model, state="requested", created_at=NOW, changed_at=NOW)
    assert "Being deleted" in configuration.says()
    assert configuration.is_quiet()
    Deletion.objects.update(next_check_at=NOW, attempts=3)
    assert configuration.is_quiet()
    Deletion.objects.update(**columns)
    assert next(iter(columns.values())) in configuration.says()


def test_the_configuration_of_a_model_at_rest_is_quiet_until_it_changes(completed, configuration):
    assert configuration.is_quiet()
    change_custom_model(completed.model, "x", now=NOW, enabled=True)
    assert "Disable it first" in configuration.says()
    Model.objects.filter(pk=completed.base_id).update(name="Nova Lite the second", rev=10_000)
    assert "Nova Lite the second" in configuration.says()
