"""What a shell completes: `vfm completion bash` prints what it has to be told, made from the commands themselves."""

import argparse
import sys
from typing import TYPE_CHECKING

from vfm.cli.door import COMMANDS, Argument, Command, command, say

if TYPE_CHECKING:
    from vfm.data.project import Project

DATA = ("published", "examples", "elsewhere")
BASH = """\
_vfm() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} offered=
    case $before in
        --data) offered="{data}" ;;
{choices}    esac
    if [[ -z $offered ]]; then
        case ${{COMP_WORDS[1]}} in
{options}            *) offered="{commands}" ;;
        esac
    fi
    if [[ $COMP_CWORD -eq 1 ]]; then offered="{commands}"; fi
    COMPREPLY=($(compgen -W "$offered" -- "$word"))
    if [[ ${{#COMPREPLY[@]}} -eq 0 ]]; then compopt -o default; fi
}}
complete -F _vfm vfm
"""
ZSH = "autoload -U +X bashcompinit && bashcompinit\n"


def choices_of(one: Argument) -> list[str]:
    """What may follow an option, where that is one of a few words."""
    return list(one.options.get("choices", ())) if one.names[0].startswith("-") else []


def options_of(one: Command) -> list[str]:
    """The options of a command."""
    named = [name for argument in one.arguments for name in argument.names if name.startswith("--")]
    return [*named, "--data", "--help"]


def bash() -> str:
    """What bash is told."""
    choices = {
        name: choices_of(argument)
        for one in COMMANDS.values()
        for argument in one.arguments
        for name in argument.names
        if choices_of(argument)
    }
    return BASH.format(
        data=" ".join(DATA),
        choices="".join(f'        {name}) offered="{" ".join(words)}" ;;\n' for name, words in choices.items()),
        options="".join(
            f'            {name}) offered="{" ".join(options_of(one))}" ;;\n' for name, one in COMMANDS.items()
        ),
        commands=" ".join(COMMANDS),
    )


def zsh() -> str:
    """What zsh is told: it reads what bash does."""
    return ZSH + bash()


def fish() -> str:
    """What fish is told."""
    first = "__fish_use_subcommand"
    lines = [f"complete -c vfm -n {first} -f -a {name} -d {_quoted(one.what)}" for name, one in COMMANDS.items()]
    for name, one in COMMANDS.items():
        here = f"'__fish_seen_subcommand_from {name}'"
        for argument in one.arguments:
            for option in (said for said in argument.names if said.startswith("--")):
                words = f" -x -a {_quoted(' '.join(choices_of(argument)))}" if choices_of(argument) else ""
                said = _quoted(argument.options.get("help", ""))
                lines.append(f"complete -c vfm -n {here} -l {option.removeprefix('--')}{words} -d {said}")
        lines.append(f"complete -c vfm -n {here} -l data -x -a {_quoted(' '.join(DATA))}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}


@command(
    "what a shell has to be told to complete these commands",
    Argument("shell", metavar="SHELL", choices=list(SHELLS), help="bash, zsh or fish"),
    example="vfm completion bash",
)
def completion(project: "Project", options: argparse.Namespace) -> int:
    """Print what a shell has to be told."""
    say(SHELLS[options.shell](), sys.stdout, end="")
    return 0
