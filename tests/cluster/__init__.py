"""Many machines, through what happens to machines: three database hosts, two app hosts, nginx, mail, people outside.

Read test_cluster.py, which tells it; then hosts.py, which makes machines of this one. The configuration is that of
docs/running/. It needs Linux, root, and Debian's packages: `script/test all` brings them, elsewhere it is skipped.
"""
