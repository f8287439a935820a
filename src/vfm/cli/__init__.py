"""The front door: one function a command, no logic. Imports are made where they are used, so that help is quick."""

from vfm.cli import making, reading, shells  # each puts its commands at the door
from vfm.cli.door import COMMANDS, Argument, Command, main, parser

__all__ = ["COMMANDS", "Argument", "Command", "main", "making", "parser", "reading", "shells"]
