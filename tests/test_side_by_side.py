"""Which process gets which tests."""

from types import SimpleNamespace

from tests.side_by_side import SideBySide, pytest_collection_modifyitems


class Node:
    """A process of xdist, as its scheduler sees it."""

    def __init__(self, name):
        self.gateway, self.tests, self.shutting_down = SimpleNamespace(id=name), [], False

    def send_runtest_some(self, numbers):
        self.tests += numbers

    def shutdown(self):
        self.shutting_down = True


def shared_out(collected, *, processes):
    """The tests that each process is given, where all take as long."""
    options = SimpleNamespace(tx=["popen"] * processes, loadscopereorder=False)
    config = SimpleNamespace(option=options, getvalue=lambda name: getattr(options, name))
    scheduler, nodes = SideBySide(config, None), [Node(f"gw{n}") for n in range(processes)]
    for node in nodes:
        scheduler.add_node(node)
        scheduler.add_node_collection(node, collected)
    scheduler.schedule()
    while not scheduler.tests_finished:
        for node in nodes:
            number = next((n for n in node.tests if collected[n] in waiting(scheduler, node)), None)
            if number is not None:
                scheduler.mark_test_complete(node, number)
    return [[collected[n] for n in node.tests] for node in nodes]


def waiting(scheduler, node):
    return {name for unit in scheduler.assigned_work[node].values() for name, done in unit.items() if not done}


def test_all_faults_are_one_process_and_so_is_each_module():
    faults = [f"tests/faults/test_{name}.py::test_{n}" for name in "ab" for n in range(3)]
    others = [f"tests/test_{name}.py::test_{n}" for name in "cdefgh" for n in range(2)]
    given = shared_out(faults + others, processes=3)
    assert sorted(name for names in given for name in names) == sorted(faults + others)
    assert sum(any(name in names for name in faults) for names in given) == 1
    for module in "cdefgh":
        assert sum(any(f"test_{module}.py" in name for name in names) for names in given) == 1


def test_what_is_collected_first_begins_first_however_many_its_tests():
    given = shared_out(["a.py::test_1", "b.py::test_1", "b.py::test_2", "c.py::test_1"], processes=1)
    assert given == [["a.py::test_1", "b.py::test_1", "b.py::test_2", "c.py::test_1"]]


def item(nodeid, *, slow=False):
    file = nodeid.partition("::")[0]
    return SimpleNamespace(nodeid=nodeid, path=file, get_closest_marker=lambda name: slow or None)


def test_faults_come_first_and_modules_with_a_slow_test_whole_after_them():
    items = [item("a.py::1"), item("b.py::1"), item("b.py::2", slow=True), item("tests/faults/c.py::1"), item("d.py")]
    pytest_collection_modifyitems(SimpleNamespace(workerinput={}), items)
    assert [one.nodeid for one in items] == ["tests/faults/c.py::1", "b.py::1", "b.py::2", "a.py::1", "d.py"]
