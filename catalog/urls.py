from django.urls import path

from catalog.views import activity, export, listing, model, switching, syncing

app_name = "catalog"
urlpatterns = [
    path("", listing.home, name="home"),
    path("models/", listing.models, name="models"),
    path("models/poll", listing.poll, name="poll"),
    path("models/export.csv", export.models_csv, name="export"),
    path("models/switch", switching.bulk, name="bulk"),
    path("models/<int:pk>/", model.detail, name="model"),
    path("models/<int:pk>/poll", model.poll, name="model_poll"),
    path("models/<int:pk>/enable", switching.enable_one, name="enable"),
    path("models/<int:pk>/disable", switching.disable_one, name="disable"),
    path("sync/", syncing.runs, name="sync_runs"),
    path("sync/start", syncing.start, name="sync_start"),
    path("sync/<int:pk>/", syncing.run, name="sync_run"),
    path("activity/", activity.events, name="activity"),
]
