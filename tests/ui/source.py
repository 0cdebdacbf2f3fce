"""A source of news with no desk behind it: tells what a test tells it to, and remembers what the window wishes."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from station.core.item import Item
from station.core.news import Listing, News, Page


class Source:
    """A desk's doors. It answers for the table out of ``items``; all other wishes are only remembered."""

    def __init__(self) -> None:
        self.items: dict[int, Item] = {}
        self.wishes: list[tuple[str, tuple[Any, ...]]] = []
        self._listeners: list[Callable[[News], None]] = []

    def do(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> "Future[Any]":
        name = getattr(verb, "__name__", "")
        self.wishes.append((name, (*args, *kwargs.values())))
        if name == "order":
            rows = sorted(self.items.values(), key=lambda item: item.number, reverse=args[1].descending)
            self.tell(Listing(args[0], tuple(item.id for item in rows)))
        elif name == "page":
            self.tell(Page(tuple(self.items[item] for item in args[0] if item in self.items)))
        return Future()

    def listen(self, listener: Callable[[News], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def read(self, query: Callable[..., Any]) -> "Future[Any]":
        return Future()

    def tell(self, *news: News) -> None:
        for told in news:
            for listener in self._listeners:
                listener(told)

    def wished(self, name: str) -> list[tuple[Any, ...]]:
        """What was wished of a verb, call by call."""
        return [args for wish, args in self.wishes if wish == name]
