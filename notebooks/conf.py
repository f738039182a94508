"""The documentation site: `sphinx-build -W --keep-going -b html notebooks build/site`."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
# The packages as they stand beside this folder: a compiled module does not tell its signatures.
sys.path[:0] = [str(HERE.parent), str(HERE / "_extensions")]

import autograd  # noqa: E402

project = "scalar-autograd"
version = release = autograd.__version__
copyright = "the authors of scalar-autograd; MIT licence"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
extensions += ["drawing", "examples", "mathml", "operations", "prose", "public"]  # of _extensions
exclude_patterns = ["README.md"]
nb_execution_mode = "off"  # a test holds the committed outputs to a fresh run
myst_enable_extensions = ["amsmath", "deflist", "dollarmath"]
myst_heading_anchors = 3

default_role = "py:obj"  # a name in backticks is code, and a link where the site has a page for it
add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 100
napoleon_use_rtype = False

html_theme = "furo"
html_title = "scalar-autograd"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_math_renderer = "mathml"
html_copy_source = False
html_show_sphinx = False
