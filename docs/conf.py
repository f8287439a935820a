"""How Sphinx makes a site of these pages: `python3 run.py docs` writes it to build/docs.

The pages stand on their own, so what only a site needs is put in as they are read: the menus, and, for a link that
leads out of this folder, the path of what it leads to.
"""

import re
from pathlib import Path

HERE = Path(__file__).resolve().parent

project = "vfm"
copyright = "the vfm contributors. Words: Open Government Licence v3.0"
language = "en-GB"
root_doc = "README"
extensions = ["myst_parser"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = "vfm: value for money that can be checked"
html_show_sphinx = False
html_show_sourcelink = False
html_copy_source = False

MENUS = {
    "README": (
        ("Tutorials", "tutorials/*"),
        ("How to", "how-to/*"),
        ("What to make of it", "explanation/*", "standards", "threat-model", "*", "decisions/README"),
        ("Reference", "reference/*", "data-dictionary", "reference/methodology/README", "reference/api/README"),
    ),
    "decisions/README": (("", "0*"),),
    "reference/methodology/README": (("", "*"),),
    "reference/api/README": (("", "*"),),
}
LINK = re.compile(r"\[([^\]\[]+)\]\(((?:\.\./)+[^)#\s]+)(?:#[^)]*)?\)")


def menus(name):
    """The menus that are put at the end of a page."""
    for caption, *pages in MENUS.get(name, ()):
        head = [":hidden:", ":glob:", *([f":caption: {caption}"] if caption else [])]
        yield "\n".join(["", "```{toctree}", *head, "", *pages, "```", ""])


def told(name, text):
    """A page with its menus, and without links that lead out of this folder."""

    def outside(found):
        path = (HERE / name).parent.joinpath(found[2]).resolve()
        if path.is_relative_to(HERE):
            return found[0]
        where = path.relative_to(HERE.parent).as_posix()
        return f"`{where}`" if found[1] in (where, path.name) else f"{found[1]} (`{where}`)"

    return LINK.sub(outside, text) + "".join(menus(name))


def setup(app):
    """Read each page as `told` has it."""

    def read(_, name, source):
        source[0] = told(name, source[0])

    app.connect("source-read", read)
