"""A CRM whose `emit` joins the session of Flask-SQLAlchemy, where the program has one on the inbox's database."""

from __future__ import annotations

from typing import Any

import flask

from ecrm.adapters.flask.homes import is_same
from ecrm.crm import CRM
from ecrm.interactions.events import Event

__all__ = ["FlaskCRM"]


class FlaskCRM(CRM):
    """Be the CRM of a Flask program.

    It differs from `ecrm.CRM` in `emit` alone.
    """

    def emit(self, event: Event, connection: Any = None) -> bool:
        """Put an event into the inbox, in the transaction of the program's own session.

        The session is Flask-SQLAlchemy's, where it is on the database that holds the inbox: the event is
        durable when, and only if, the session commits. Without one it is a transaction of its own.

        Args:
            event: What happened.
            connection: Another SQLAlchemy Connection or Session.

        Returns:
            True when its row was written. With `ECRM_ON_ERROR="log"` a failure is logged and gives False.
        """
        return super().emit(event, self._session() if connection is None else connection)

    def emit_alone(self, event: Event) -> bool:
        """Put an event into the inbox in a transaction of its own, where a view stores nothing that it commits.

        Args:
            event: What happened, as a search or a product that was looked at.

        Returns:
            True when it is durable.
        """
        return super().emit(event)

    def _session(self) -> Any:
        if not flask.has_app_context():
            return None
        extension = flask.current_app.extensions.get("sqlalchemy")
        session = getattr(extension, "session", None)
        if session is None:
            return None
        try:
            url = session.get_bind().url
        except Exception:  # noqa: BLE001 - a session without a database of its own is none to join
            return None
        return session if is_same(url, self.inbox_database.url) else None
