"""The other sides: the stock admin change list of the same rows, and the view that a poll per row would ask."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog.access import VIEW_MODELS, needs
from catalog.listing import PAGE_SIZE
from catalog.models import Model
from catalog.rows import ROW_FIELDS, rows_of

site = admin.AdminSite(name="stock")


@admin.register(Model, site=site)
class StockModelAdmin(admin.ModelAdmin):
    """Same columns, order, search and page size as our list."""

    list_display = ("status", "name", "external_id", "kind", "provider", "platform", "traits")
    search_fields = ("name", "external_id", "provider", "traits", "traits_override")
    ordering = (Lower("name").asc(), "id")
    list_per_page = PAGE_SIZE

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        response = super().changelist_view(request, extra_context)
        if hasattr(response, "using"):
            response.using = "stock"
        return response


filtering_site = admin.AdminSite(name="stock-filters")


@admin.register(Model, site=filtering_site)
class FilteringModelAdmin(StockModelAdmin):
    """The same with filters and the counts beside them, as our page has. (Capability can't be had as a field.)"""

    list_filter = ("status", "kind", "platform", "provider", "lifecycle")
    show_facets = admin.ShowFacets.ALWAYS


@require_safe
@needs(VIEW_MODELS)
def one_row(request: HttpRequest, pk: int) -> HttpResponse:
    """One row as the product's views draw it: same fields, same partial, same permission; drawn anew each time."""
    model = get_object_or_404(Model.objects.only(*ROW_FIELDS), pk=pk)
    context = {
        "row": rows_of([model], timezone.now())[0],
        "can_enable": request.user.has_perm("catalog.enable_model"),
    }
    return render(request, "catalog/_rows.html#row", context)
