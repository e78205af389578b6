"""Jobs: the list, one job with its phases and curves, stopping and archiving it."""

from __future__ import annotations

from itertools import chain
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import VIEW_EVENTS, UserRequest, needs
from catalog.platforms.base import PlatformError
from catalog.versions import columns_of, version_of
from customization import artifacts, jobs
from customization.access import CREATE, VIEW_JOBS
from customization.apart import rows_in_both
from customization.curves import curves_of, unread_of
from customization.gateways import storage
from customization.hints import hint_for
from customization.models import CustomizationJob
from customization.pricing import money
from customization.tasks import nudge

_WITH = ("model", "base", "training", "validation", "requested_by")
# Up to half a megabyte each, asked for every two seconds, and shown nowhere on these pages.
_WITHOUT = tuple(
    f"{file}__{column}" for file in ("training", "validation") for column in ("fingerprint", "report")
)


@require_safe
@needs(VIEW_JOBS)
def listing(request: UserRequest) -> HttpResponse:
    """The list, and its poll: 204 while it is as the page shows it."""
    found = CustomizationJob.objects.select_related("model", "base", "requested_by").defer("metrics")
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    shown = [(columns_of(job), job.model.name, job.base.name) for job in page.object_list]
    version = version_of(shown, page.paginator.num_pages)
    if request.htmx and request.GET.get("seen") == version:
        return HttpResponse(status=204)
    return render(request, "customization/jobs.html", {"page": page, "version": version})


@require_safe
@needs(VIEW_JOBS)
def detail(request: UserRequest, pk: int) -> HttpResponse:
    job = _job(pk)
    in_both = rows_in_both(job.training_id, job.validation_id)  # does not change: the poll need not ask
    return render(request, "customization/job.html", _context(request, job) | {"in_both": in_both})


@require_safe
@needs(VIEW_JOBS)
def poll(request: UserRequest, pk: int) -> HttpResponse:
    """Answer 204 while the job is as the page shows it, else its live part; once settled the part stops asking."""
    job = _job(pk)
    if request.GET.get("seen") == _version(job):
        return HttpResponse(status=204)
    return render(request, "customization/_job_live.html", _context(request, job) | {"is_poll": True})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CREATE)
def stop(request: UserRequest, pk: int) -> HttpResponse:
    """A link only asks, for a browser that runs no scripts shows no dialog; the form behind the question stops."""
    job = _job(pk)
    if request.method != "POST":
        return _ask_whether_to_stop(request, job)
    try:
        jobs.stop(job, actor=request.user, now=timezone.now())
    except jobs.Refused as refusal:
        return render(
            request, "catalog/refused.html", {"refused": str(refusal), "model": job.model}, status=409
        )
    nudge()
    messages.success(request, "The job is being stopped. What was trained so far is lost.")
    return redirect(job)


@require_POST
@needs(CREATE)
def archive(request: UserRequest, pk: int) -> HttpResponse:
    job = _job(pk)
    try:
        jobs.archive(job, actor=request.user, now=timezone.now())
    except jobs.Refused as refusal:
        return render(
            request, "catalog/refused.html", {"refused": str(refusal), "model": job.model}, status=409
        )
    messages.success(request, f"{job.model.name} is archived. Its name is free again.")
    return redirect("customization:jobs")


@require_safe
@needs(VIEW_JOBS)
def curve_csv(request: UserRequest, pk: int, which: str) -> HttpResponseBase:
    """The platform's own CSV file, as it left it in S3: passed on while it is read."""
    place = artifacts.places(_job(pk)).get(which)
    if place is None:
        raise Http404
    try:
        found = artifacts.find(place, hurried=True)
        chunks = storage.read(found)
        first = next(chunks, b"")  # what S3 refuses can still be told in words
    except PlatformError as error:
        return render(request, "catalog/refused.html", {"refused": artifacts.told(place, error)}, status=502)
    response = StreamingHttpResponse(chain((first,), chunks), content_type="text/csv; charset=utf-8")
    response["Content-Length"] = found.size  # by it a browser sees that a stream broke
    response["Content-Disposition"] = f'attachment; filename="job-{pk}-{which}.csv"'
    return response


def _ask_whether_to_stop(request: UserRequest, job: CustomizationJob) -> HttpResponse:
    if refused := jobs.why_not_stop(job):
        return render(request, "catalog/refused.html", {"refused": refused, "model": job.model}, status=409)
    return render(request, "customization/stop.html", {"job": job, "model": job.model})


def _job(pk: int) -> CustomizationJob:
    return get_object_or_404(CustomizationJob.objects.select_related(*_WITH).defer(*_WITHOUT), pk=pk)


def _version(job: CustomizationJob) -> str:
    """Whatever the live part shows, but for what only goes by: events and the model's facts move the model's number."""
    files = [columns_of(file) for file in (job.training, job.validation)]
    return version_of(columns_of(job), job.next_check_at is None, files, job.model.rev, job.base.rev)


def _context(request: UserRequest, job: CustomizationJob) -> dict[str, Any]:
    may_view_events = request.user.has_perm(VIEW_EVENTS)
    return {
        "job": job,
        "model": job.model,
        "version": _version(job),
        "took": job.elapsed_until(timezone.now()),
        "hint": hint_for(job.failure or job.trouble),
        "curves": curves_of(job.metrics),
        "unread": unread_of(job.metrics),
        "estimated": money(job.estimated_cost),
        "actual": money(job.actual_cost),
        "can_stop": not jobs.why_not_stop(job),
        "can_archive": job.state in jobs.CAME_TO_NOTHING and job.model.archived_at is None,
        "events": job.model.events.all()[:30] if may_view_events else [],
    }
