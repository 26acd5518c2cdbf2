"""What keeps the installation itself well: backups, mail that is held; imports what lies below. archive.py is read first
of backups."""
