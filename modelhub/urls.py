from django.contrib import admin
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from modelhub import health
from modelhub.forms import LoginForm

urlpatterns = [
    path("", include("catalog.urls")),
    path("custom/", include("customization.urls")),
    path(
        "login/",
        auth.LoginView.as_view(authentication_form=LoginForm, redirect_authenticated_user=True),
        name="login",
    ),
    # Whose session is over is logged out already: no login for that.
    path("logout/", login_not_required(auth.LogoutView.as_view()), name="logout"),
    path("password/", auth.PasswordChangeView.as_view(success_url="/password/done/"), name="password_change"),
    path("password/done/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("admin/", admin.site.urls),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]
