"""SQLite under the name of MySQL."""

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to what says it is MySQL."""

    vendor = "mysql"
    display_name = "MySQL"
