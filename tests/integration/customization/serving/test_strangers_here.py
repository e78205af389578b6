"""What somebody made outside modelhub for a model of ours: told where people rent and delete."""

import pytest

from customization import discovery
from customization.deletion import why_not_delete
from customization.models import Found

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["throughput", "deployment"])
def stranger(request, serving, trained) -> Found:
    getattr(serving.control, f"make_{request.param}")("theirs", model=trained.name)
    discovery.discover(serving.now)
    return Found.objects.get()


def test_the_throughput_tab_names_it_before_anybody_rents_another_one(trained, stranger, as_superuser):
    page = as_superuser.get(f"/custom/models/{trained.pk}/serving/").content.decode()
    assert "theirs serves this model" in page
    assert 'href="/custom/found/"' in page
    assert ("billed by the hour" in page.partition("theirs serves")[2][:300]) == (
        stranger.noun == "throughput"
    )


def test_an_open_tab_learns_of_it(serving, trained, as_superuser):
    page = as_superuser.get(f"/custom/models/{trained.pk}/serving/").content.decode()
    seen = page.partition("poll?seen=")[2].partition("&")[0]
    poll = f"/custom/models/{trained.pk}/serving/poll"
    forms = page.partition("forms=")[2].partition('"')[0]
    assert as_superuser.get(poll, {"seen": seen, "forms": forms}).status_code == 204
    serving.control.make_throughput("theirs", model=trained.name)
    discovery.discover(serving.now)
    assert "theirs serves this model" in as_superuser.get(poll, {"seen": seen}).content.decode()


@pytest.mark.parametrize("marked", [False, True])
def test_deleting_its_model_waits_for_its_end_with_the_way_there(
    serving, trained, stranger, as_superuser, superuser, marked
):
    if marked:
        discovery.mark_foreign(stranger, actor=superuser, now=serving.now)
    obstacle = why_not_delete(trained)
    assert "theirs, made outside modelhub, serves it" in obstacle.why
    page = as_superuser.get(f"/custom/models/{trained.pk}/configuration/").content.decode()
    assert "Go to what was found on AWS" in page
    getattr(serving.control, f"remove_{stranger.noun}")("theirs")
    for _ in range(3):
        discovery.discover(serving.world.wait(301))
    assert why_not_delete(trained) is None


def test_another_models_stranger_is_in_nobodys_way(serving, trained):
    serving.control.make_custom_model("other", baseModelId=trained.base_external_id)
    serving.control.make_throughput("theirs", model="other")
    discovery.discover(serving.now)
    assert Found.objects.filter(noun="throughput").exists()
    assert why_not_delete(trained) is None
