from django.urls import path

from customization.views import datasets, found, jobs, new

app_name = "customization"
urlpatterns = [
    path("new/", new.new_model, name="new"),
    path("new/parts", new.parts, name="new_parts"),
    path("new/name", new.name, name="new_name"),
    path("jobs/", jobs.listing, name="jobs"),
    path("jobs/<int:pk>/", jobs.detail, name="job"),
    path("jobs/<int:pk>/poll", jobs.poll, name="job_poll"),
    path("jobs/<int:pk>/stop", jobs.stop, name="job_stop"),
    path("jobs/<int:pk>/archive", jobs.archive, name="job_archive"),
    path("jobs/<int:pk>/<str:which>.csv", jobs.curve_csv, name="job_csv"),
    path("datasets/begin", datasets.begin, name="dataset_begin"),
    path("datasets/refer", datasets.refer, name="dataset_refer"),
    path("datasets/<int:pk>/", datasets.panel, name="dataset"),
    path("datasets/<int:pk>/parts", datasets.parts, name="dataset_parts"),
    path("datasets/<int:pk>/sign", datasets.sign, name="dataset_sign"),
    path("datasets/<int:pk>/finish", datasets.finish, name="dataset_finish"),
    path("datasets/<int:pk>/cancel", datasets.cancel, name="dataset_cancel"),
    path("found/", found.listing, name="found"),
    path("found/look", found.look, name="found_look"),
    path("found/<int:pk>/adopt", found.adopt, name="found_adopt"),
    path("found/<int:pk>/foreign", found.foreign, name="found_foreign"),
]
