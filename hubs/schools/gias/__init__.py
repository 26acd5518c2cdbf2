"""The register of English schools: reading DfE's download, writing what changed, and who succeeded whom."""

from hubs.schools.gias.links import Succession, check_links, read_links, set_successors
from hubs.schools.gias.reading import Broken, CannotRead, RegisterRow, read_register
from hubs.schools.gias.writing import Tally, write_register

__all__ = [
    "Broken",
    "CannotRead",
    "RegisterRow",
    "Succession",
    "Tally",
    "check_links",
    "read_links",
    "read_register",
    "set_successors",
    "write_register",
]
