"""A quarter's release: plan it, run the notebooks, gather their figures, seal and publish."""

import sys

# The grammar of international addresses, which jsonschema builds in one to two seconds of every start where the package
# is there: no notebook holds such an address to be checked, and jsonschema does without.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
