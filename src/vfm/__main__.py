"""``python -m vfm`` is the command ``vfm``."""

import sys

from vfm.cli import main

sys.exit(main())
