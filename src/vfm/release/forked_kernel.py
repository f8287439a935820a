"""The kernel that is forked for a notebook: IPython's own, spared work that for plain Python comes to nothing.

Before a cell runs IPython reads it twice token by token, for what it alone understands, and compiles it twice to see
whether it waits; after it two threads wait for each other to send what may not be there. Each shortcut is taken where
the answer is known beforehand, and nowhere else.
"""

import ast
import re
import warnings
from functools import lru_cache
from typing import Any

from ipykernel import zmqshell
from ipykernel.displayhook import ZMQShellDisplayHook
from ipykernel.iostream import OutStream
from ipykernel.ipkernel import IPythonKernel
from traitlets import Type

# Python, and something else to IPython: a prompt that was copied with its code, or code that waits for other code.
TO_IPYTHON = re.compile(r"In \[|\.\.\.:|>>>|\b(?:async|await)\b")


@lru_cache(maxsize=8)
def is_plain(cell: str) -> bool:
    """Whether a cell is Python as it stands, so that IPython would leave it as it is and run it at once."""
    if cell[:1].isspace() or len(cell.splitlines()) < 2 or TO_IPYTHON.search(cell):
        return False  # a single line may be a command by its name alone
    try:
        with warnings.catch_warnings(action="ignore"):  # whoever compiles it warns
            ast.parse(cell)
    except (SyntaxError, ValueError, MemoryError, RecursionError):  # too deep to be read is IPython's to tell, too
        return False
    return True


class DisplayHook(ZMQShellDisplayHook):
    """Shows the last value of a cell, unless it ends in a semicolon."""

    def quiet(self) -> bool:
        """Whether it does: where there is none at all, the cell need not be read token by token."""
        shell: Any = self.shell
        return ";" in shell.history_manager.input_hist_parsed[-1] and bool(super().quiet())  # type: ignore[no-untyped-call]


class ZMQInteractiveShell(zmqshell.ZMQInteractiveShell):
    """Runs cells. It has the name of the stock one, by which libraries know that they are in a notebook."""

    displayhook_class = Type(DisplayHook)

    def __init__(self, **traits: Any):
        super().__init__(**traits)  # type: ignore[no-untyped-call]
        self._usual = self._transformations()

    def _transformations(self) -> list[Any]:
        own = self.input_transformer_manager
        return [*own.cleanup_transforms, *own.line_transforms, *own.token_transformers, *self.input_transformers_post]

    def transform_cell(self, raw_cell: str) -> str:
        """Make Python of a cell; a notebook may have put a transformation of its own in."""
        if is_plain(raw_cell) and self._transformations() == self._usual:
            return raw_cell if raw_cell.endswith("\n") else f"{raw_cell}\n"
        return str(super().transform_cell(raw_cell))  # type: ignore[no-untyped-call]

    def should_run_async(self, raw_cell: str, **given: Any) -> bool:
        """Whether a cell waits for something."""
        return not is_plain(raw_cell) and bool(super().should_run_async(raw_cell, **given))


class Stream(OutStream):
    """What is printed, on its way out."""

    def flush(self) -> None:
        """Have another thread send it and wait for that, if there is any: it is asked for after every cell."""
        if self._buffers:
            super().flush()  # type: ignore[no-untyped-call]


class Kernel(IPythonKernel):
    """IPython's kernel with that shell."""

    shell_class = Type(ZMQInteractiveShell)
