"""The login form."""

from django.contrib.auth.forms import AuthenticationForm, UsernameField

MAX_USERNAME = 150


class LoginForm(AuthenticationForm):
    """Django only tells browsers how long a user name may be; one of 5,000 characters breaks the throttle."""

    username = UsernameField(max_length=MAX_USERNAME)
