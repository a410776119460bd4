"""A bounded store of what was worked out: the newest few stay, whatever is asked for again counts as new."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

V = TypeVar("V")


class Kept(Generic[V]):
    """Values under keys that say everything they are made of, so that none can ever be out of date.

    Parameters
    ----------
    most : sum of the weights that may stay; the newest one always stays.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()
        self._weight = 0
        self._lock = Lock()

    def get(self, key: Hashable) -> V | None:
        """Return what is kept under a key."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def keep(self, key: Hashable, value: V, weight: int = 1) -> V:
        """Keep a value, and let the oldest go where it becomes too much; return it."""
        with self._lock:
            _old, lighter = self._kept.pop(key, (None, 0))
            self._kept[key] = value, weight
            self._weight += weight - lighter
            while self._weight > self._most and len(self._kept) > 1:
                _key, (_value, gone) = self._kept.popitem(last=False)
                self._weight -= gone
        return value

    def clear(self) -> None:
        """Let everything go."""
        with self._lock:
            self._kept.clear()
            self._weight = 0
