"""How Sphinx makes a site of these pages: `python3 run.py docs` writes it to build/docs."""

project = "vfm"
copyright = "the vfm contributors, Open Government Licence v3.0"
language = "en-GB"
root_doc = "README"
extensions = ["myst_parser"]
exclude_patterns = ["conf.py"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = "vfm: value for money that can be checked"
html_show_sphinx = False
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {"navigation_with_keys": False}
