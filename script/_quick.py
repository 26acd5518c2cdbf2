"""Whether this Python was built to be quick, and can make environments: if so it ends with 0.

One built without --enable-optimizations, as pyenv's are unless told, takes half as long again for all that we do.
Debian builds its own with what that option does, and does not say so.
"""

import sys
import sysconfig

from _common import lacks


def fits() -> bool:
    quick = sys.base_prefix == "/usr" or "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or "")
    return quick and not lacks()


if __name__ == "__main__":
    sys.exit(not fits())
