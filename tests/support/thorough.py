"""Whether tests that sample what they could try in full are to try all of it."""

import os

THOROUGH = "ATLAS_THOROUGH" in os.environ
