"""Moving a whole CRM from a SQLite file to a PostgreSQL database, resumably, and comparing the two.

Nothing here knows a feature's tables: they come as SQLAlchemy metadata.
"""

from ecrm.moving.comparing import compare
from ecrm.moving.model import Compared, Moved, Progress
from ecrm.moving.moving import move

__all__ = ["Compared", "Moved", "Progress", "compare", "move"]
