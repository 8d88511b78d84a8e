"""How Sphinx builds these pages; `scripts/docs` runs it."""

from abiding import __version__

project = "abiding"
author = "The abiding developers"
release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
html_theme = "furo"
html_title = "abiding"
html_copy_source = False
html_show_copyright = False

# Links to a heading of a page, as in Markdown elsewhere.
myst_heading_anchors = 3

# In our docstrings what stands between backticks is code.
default_role = "code"
autodoc_default_options = {"members": True}
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
# The standard library has pages elsewhere, and not every module of ours is public.
nitpick_ignore_regex = [("py:.*", r"(?!abiding\.).*")]
