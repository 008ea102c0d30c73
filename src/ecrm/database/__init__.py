"""How ecrm talks to SQLite and PostgreSQL: connections, transactions, column types, set-based statements.

No table and no rule of the CRM lives here.
"""

from ecrm.database.engine import Database
from ecrm.database.transaction import Retry, Transaction

__all__ = ["Database", "Retry", "Transaction"]
