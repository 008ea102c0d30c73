"""What the author of a source gives to its contract, and the stage on which it is tried."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from http import HTTPStatus
from typing import Any

import attrs

from ecrm.http import Request, Response
from ecrm.registry import Contributions, collect
from ecrm.sources.tables import SOURCE
from ecrm.testing.clock import FrozenClock
from ecrm.testing.contracts.loopback import Loopback
from ecrm.testing.contracts.picture import Lines, picture
from ecrm.testing.frozen import FrozenCRM

__all__ = ["NOTHING", "SourceCase", "SourceStage", "is_refused", "is_taken", "logged"]

NOTHING = {"waiting": 0, "done": 0, "rejected": 0}
_START, _NEVER = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC), dt.datetime(9000, 1, 1, tzinfo=dt.UTC)
Secrets = Mapping[str, str]


@attrs.frozen(repr=False)
class SourceCase:
    """Describe a source to its contract.

    Args:
        plugin: The plugin: its name, module, object or class.
        secrets: A value for each secret that the plugin wants of a shop.
        settings: What else the shop sets.
        source: The name of the source; None where the plugin brings one.
        bodies: Bodies of deliveries that are as they should be, of two things that happened or more, oldest first.
        sign: Makes a delivery of a body, signed with such secrets.
        personal: What is in the bodies, or on the pages, and must be in no log: names, addresses.
        server: The other system, open, where the source is pulled; it has two things to give, or more.
        now: When it is pulled.
    """

    plugin: Any
    secrets: Secrets
    settings: Mapping[str, Any] = attrs.field(factory=dict)
    source: str | None = None
    bodies: Sequence[bytes] = ()
    sign: Callable[[bytes, Secrets], Request] | None = None
    personal: Sequence[str] = ()
    server: Loopback | None = None
    now: dt.datetime = _START


@attrs.frozen(slots=False, repr=False)
class SourceStage:
    """Open CRMs that have the source, each on a database of its own, and send to them.

    Args:
        case: What is tested.
        make_url: Makes another empty database.
    """

    case: SourceCase
    make_url: Callable[[], str]
    opened: list[FrozenCRM] = attrs.field(factory=list)

    @cached_property
    def contributions(self) -> Contributions:
        """Give what the plugin contributes."""
        return collect([self.case.plugin])

    @cached_property
    def plugin(self) -> str:
        """Give what the plugin is called."""
        return next(iter(self.contributions.plugins))

    @cached_property
    def source(self) -> str:
        """Give what the source is called."""
        names = list(self.contributions.sources)
        assert self.case.source is not None or len(names) == 1, f"say which source is meant: {', '.join(names)}"
        return self.case.source or names[0]

    @property
    def server(self) -> Loopback:
        """Give the other system."""
        assert self.case.server is not None, "give the other system: SourceCase(server=Loopback(…)), open"
        return self.case.server

    def open(self, *secrets: Secrets, url: str | None = None) -> FrozenCRM:
        """Open a CRM whose shop has set the source up.

        Args:
            *secrets: What is active, the newest first; those of the case where none is given.
            url: The database; None is another empty one.
        """
        active = secrets or (self.case.secrets,)
        values = {f"{self.plugin}.{name}": [one[name] for one in active] for name in active[0]}
        crm = self.open_without(values, url)
        if self.case.settings:
            crm.plugins.configure(self.plugin, **self.case.settings)
        return crm

    def open_to_receive(self, *secrets: Secrets) -> FrozenCRM:
        """Open a CRM that pulls nothing, so that all it knows was sent to it."""
        crm = self.open(*secrets)
        self._put_off(crm, next_at=_NEVER)
        return crm

    def open_without(self, secrets: Mapping[str, Sequence[str]], url: str | None = None) -> FrozenCRM:
        """Open a CRM with these secrets of its host, in which nothing is set."""
        clock = FrozenClock(self.case.now)
        crm = FrozenCRM(
            url or self.make_url(), clock=clock, plugins=[self.case.plugin], secrets=secrets, on_error="raise"
        )
        self.opened.append(crm)
        crm.upgrade()
        return crm

    def sent(self, body: bytes, secrets: Secrets | None = None) -> Request:
        """Make a delivery."""
        assert self.case.sign is not None, "say how a body is signed: SourceCase(sign=…)"
        return self.case.sign(body, self.case.secrets if secrets is None else secrets)

    def deliveries(self) -> list[Request]:
        """Give the deliveries that are as they should be."""
        assert len(self.case.bodies) > 1, "give two bodies or more: SourceCase(bodies=[…])"
        return [self.sent(body) for body in self.case.bodies]

    def receive(self, crm: FrozenCRM, request: Request) -> Response:
        """Give the source a request."""
        return crm.receive(self.source, request)

    def told(self, requests: Sequence[Request]) -> Lines:
        """Give what a CRM knows that took in these deliveries."""
        crm = self.open_to_receive()
        for request in requests:
            assert is_taken(self.receive(crm, request)), f"a delivery that is as it should be is refused: {request}"
        crm.work()
        return picture(crm)

    def wanted(self) -> Lines:
        """Give what a CRM knows that pulled everything without a mishap."""
        found = self.pulled(self.open())
        assert found, "nothing that was pulled reached a timeline"
        return found

    def pulled(self, crm: FrozenCRM) -> Lines:
        """Pull to the end; give what the CRM knows then."""
        self.sync(crm)
        crm.work()
        return picture(crm)

    def sync(self, crm: FrozenCRM) -> None:
        """Pull to the end; the clock goes on where the source is to be waited for."""
        crm.sync(self.source, wait=lambda seconds: crm.clock.advance(seconds=seconds))

    def forget_cursors(self, crm: FrozenCRM) -> None:
        """Let everything be pulled from the beginning again, as after a page that was not acknowledged."""
        now = crm.clock()
        self._put_off(crm, cursor=None, next_at=now, not_before=now)

    def close(self) -> None:
        """Close every CRM."""
        for crm in self.opened:
            crm.close()

    def _put_off(self, crm: FrozenCRM, **values: Any) -> None:
        # Who looks at the health enrols what is to be pulled.
        crm.health()
        with crm.database.write() as transaction:
            transaction.core(SOURCE.update().values(**values))


def is_taken(answer: Response) -> bool:
    """Tell whether a delivery is kept, or was before."""
    return answer.status == HTTPStatus.OK


def is_refused(answer: Response) -> bool:
    """Tell whether the sender is told that it is wrong."""
    return HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR


@contextlib.contextmanager
def logged() -> Iterator[list[str]]:
    """Collect every word that is logged, at every level, by whomever."""
    words: list[str] = []
    listener = _Listener(words)
    root = logging.getLogger()
    before = root.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    try:
        yield words
    finally:
        root.setLevel(before)
        root.removeHandler(listener)


class _Listener(logging.Handler):
    def __init__(self, words: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._words = words
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self._words.append(self.format(record))
