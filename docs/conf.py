"""How Sphinx builds the documentation."""

from importlib.metadata import version as installed_version

project = "ecrm"
author = "ecrm contributors"
project_copyright = "2026, ecrm contributors"
release = installed_version("ecrm")
version = release

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = f"ecrm {release}"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_numpy_docstring = False
