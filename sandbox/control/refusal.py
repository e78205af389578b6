"""A control request that can't be carried out, with the reason for whoever sent it."""


class Refusal(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
