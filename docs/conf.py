"""How Sphinx builds these pages; `scripts/docs` runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

project = "abiding"
author = "The abiding developers"
release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_copybutton"]
html_theme = "furo"
html_title = "abiding"
html_copy_source = False
html_show_copyright = False
html_static_path = ["style.css"]
html_css_files = ["style.css"]

# Of a block `console` the commands are copied, without what they print.
copybutton_prompt_text = r"\$ |> "
copybutton_prompt_is_regexp = True
copybutton_line_continuation_character = "\\"

# Links to a heading of a page, as in Markdown elsewhere.
myst_heading_anchors = 3

# In our docstrings what stands between backticks is code.
default_role = "code"
autodoc_default_options = {"members": True}
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
# The standard library has pages elsewhere, and not every module of ours is public.
nitpick_ignore_regex = [("py:.*", r"(?!abiding\.).*")]


def shorten(_app: Sphinx, env: BuildEnvironment) -> None:
    # The page of the rules is generated, and every rule has the same headings.
    env.metadata["reference/rules/index"]["tocdepth"] = 2


def skip(_app: Sphinx, _what: str, _name: str, member: object, _skip: bool, _options: object) -> bool | None:  # noqa: FBT001
    # Each value of a named tuple would be listed once more, as an "alias for field number 0".
    return True if type(member).__name__ == "_tuplegetter" else None


def setup(app: Sphinx) -> None:
    app.connect("env-updated", shorten)
    app.connect("autodoc-skip-member", skip)
