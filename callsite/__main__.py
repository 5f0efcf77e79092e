"""`python -m callsite` is the command `callsite`."""

import sys

from callsite.cli import main

sys.exit(main())
