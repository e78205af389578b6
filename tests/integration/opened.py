"""A page that is open in a browser, and its poller."""

import re

from django.test import Client


def poll_in(page: str, path: str) -> str:
    """The address that the page asks next: the one of its live part."""
    return re.search(rf'hx-get="({re.escape(path)}[^"]*seen=[^"]*)"', page)[1].replace("&amp;", "&")


class Opened:
    """``path``: the address that the page polls, if it is not its own."""

    def __init__(self, client: Client, url: str, path: str = "") -> None:
        self.client, self.path = client, path or url
        self.poll = poll_in(client.get(url).content.decode(), self.path)

    def is_quiet(self) -> bool:
        return self.client.get(self.poll, headers={"HX-Request": "true"}).status_code == 204

    def says(self) -> str:
        """What the poll brings when something is new; from then on the page has seen that."""
        answer = self.client.get(self.poll, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        text = answer.content.decode()
        self.poll = poll_in(text, self.path)
        return text
