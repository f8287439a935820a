"""How far a run has come, for whoever shows it: what is done, what is running and what is left."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class State:
    """The notebooks of a run by name; each is in one of these, in the order in which it came there."""

    as_before: tuple[str, ...]  # a kept run stands for it
    done: tuple[str, ...]
    running: tuple[str, ...]
    left: tuple[str, ...]
    failed: tuple[str, ...] = ()

    @property
    def to_come(self) -> int:
        """How many are not yet done, those that are running with them."""
        return len(self.running) + len(self.left)


Watch = Callable[[State], None]


class Progress:
    """Keeps count of a run; may be told from several threads, and tells `watch` after each change."""

    def __init__(self, names: Iterable[str], watch: Watch):
        self._places = dict.fromkeys(names, "left")
        self._watch = watch
        self._guard = threading.Lock()

    def started(self, name: str) -> None:
        """Note that a notebook is running."""
        self.put(name, "running")

    def put(self, name: str, place: str) -> State:
        """Note that a notebook is now "running", "done", "failed" or "as_before"."""
        with self._guard:
            if place != "running" or self._places[name] == "left":
                del self._places[name]
                self._places[name] = place
            state = State(**{key: self._in(key) for key in State.__dataclass_fields__})
            self._watch(state)
        return state

    def _in(self, place: str) -> tuple[str, ...]:
        return tuple(name for name, there in self._places.items() if there == place)
