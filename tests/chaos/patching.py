"""Small ways to break the product on purpose, and to make it whole again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any
from unittest import mock

Patch = Callable[[], Any]  # → a context manager


def put(path: str, new: Any) -> Patch:
    """``module:name`` or ``module:Class.name`` is ``new``."""

    def patch() -> Any:
        owner, name = _find(path)
        return mock.patch.object(owner, name, new)

    patch.path = path  # type: ignore[attr-defined]
    return patch


def wrap(path: str, around: Callable[..., Any]) -> Patch:
    """Calls of ``path`` become ``around(original, *args, **kwargs)``."""

    def patch() -> Any:
        owner, name = _find(path)
        original = getattr(owner, name)

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            return around(original, *args, **kwargs)

        return mock.patch.object(owner, name, wrapped)

    patch.path = path  # type: ignore[attr-defined]
    return patch


def without_index(name: str) -> Patch:
    """The database does not have this partial unique index."""

    @contextmanager
    def patch() -> Iterator[None]:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name])
            found = cursor.fetchone()
            if found is None:
                raise LookupError(f"There is no index {name} to be left out.")
            (definition,) = found
            cursor.execute(f'DROP INDEX "{name}"')
        try:
            yield
        finally:
            from tests.chaos import snapshots

            snapshots.clear()
            with connection.cursor() as cursor:
                cursor.execute(definition)

    return patch


@contextmanager
def broken(patches: tuple[Patch, ...]) -> Iterator[None]:
    """The product with all of these; workers are forked anew before and after."""
    from tests.chaos import world

    with ExitStack() as stack:
        for patch in patches:
            stack.enter_context(patch())
        try:
            _retire(world.CREW)
            yield
        finally:
            _retire(world.CREW)


def _retire(crew: Any) -> None:
    for worker in crew:
        worker.retire()


def is_there(path: str) -> bool:
    """Has the product what ``put`` or ``wrap`` would change?"""
    owner, name = _find(path)
    return hasattr(owner, name)


def _find(path: str) -> tuple[Any, str]:
    module, _, names = path.partition(":")
    owner: Any = import_module(module)
    *holders, name = names.split(".")
    for holder in holders:
        owner = getattr(owner, holder)
    return owner, name
