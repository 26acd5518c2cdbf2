"""The guide (docs/running.md) followed block by block, on a Debian 12 of its own. Read first: test_guide.py."""
