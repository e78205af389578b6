"""Our own pages, and after them the stock sides they are measured against."""

from django.urls import path

from bench.stock import filtering_site, one_row, site
from modelhub.urls import urlpatterns as ours

urlpatterns = [
    *ours,
    path("bench/stock/", site.urls),
    path("bench/stock-filters/", filtering_site.urls),
    path("bench/row/<int:pk>", one_row, name="one_row"),
]
