"""Whether this Python is new enough, was built to be quick, and can make environments: if so it ends with 0.

One built without --enable-optimizations, as pyenv's are unless told, takes half as long again for all that we do.
Debian builds its own with what that option does, and does not say so. Also run by what is too old for us.
"""

import sys

NEW_ENOUGH = (3, 10)


def fits() -> bool:
    if sys.version_info < NEW_ENOUGH:
        return False
    from importlib.util import find_spec
    from sysconfig import get_config_var

    quick = sys.base_prefix == "/usr" or "--enable-optimizations" in (get_config_var("CONFIG_ARGS") or "")
    return quick and all(find_spec(module) for module in ("venv", "ensurepip"))


if __name__ == "__main__":
    sys.exit(not fits())
