"""The Django admin in our shell: same login, same navigation, same look."""

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url


class ModelhubAdminSite(AdminSite):
    site_header = site_title = "modelhub"
    index_title = "Administration"
    enable_nav_sidebar = False  # our own sidebar is there already

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """There is one login page, with the throttle on it."""
        target = request.GET.get("next") or resolve_url("admin:index")
        if request.user.is_authenticated and not self.has_permission(request):
            return redirect("catalog:models")
        return redirect_to_login(target)
