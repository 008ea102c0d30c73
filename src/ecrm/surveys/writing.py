"""Write surveys, publish them, show them: versions of what is asked. Having them asked is in `service`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from ecrm.consent.deciding import purposes_of
from ecrm.database import Database, Transaction
from ecrm.errors import ConflictError, InvalidError, NotFoundError
from ecrm.hookspecs import QuestionKind
from ecrm.interactions.recording import Kit
from ecrm.shops.service import Shop
from ecrm.surveys.model import Consent, Survey
from ecrm.surveys.schema import survey_from_wire, survey_to_wire
from ecrm.surveys.showing import Version
from ecrm.surveys.tables import definition as definition_table
from ecrm.surveys.tables.definition import DRAFT, LIVE, WITHDRAWN, VersionRow
from ecrm.values.text import checked_id, checked_text

__all__ = ["Desk", "Shelf"]

_NO_SURVEY = "this shop has no such survey: crm.surveys.write(Survey(…)) makes one"


@attrs.frozen(repr=False)
class Desk:
    """Hold what all of `crm.surveys` works with.

    Args:
        database: Where surveys and answers are.
        shop: The shop.
        kit: Ids, time, keys and facts.
        ready: Gives a survey that comes with ecrm, by its key; None where there is none.
        kinds: The kinds of questions that plugins bring.
    """

    database: Database
    shop: Shop
    kit: Kit
    ready: Callable[[str], Survey | None]
    kinds: Sequence[QuestionKind]


class Shelf:
    """Keep the surveys of one shop.

    Args:
        desk: What it works with.
    """

    def __init__(self, desk: Desk) -> None:
        self._database = desk.database
        self._shop = desk.shop
        self._kit = desk.kit
        self._ready = desk.ready
        self._kinds = desk.kinds

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._shop.key}>"

    def write(self, survey: Survey | Mapping[str, Any], author: str = "") -> Survey:
        """Keep a survey as a draft; what was live before stays as it is, and so do its answers.

        Args:
            survey: What is asked, or its wire form; its version is the next one, whatever it says.
            author: Who wrote it.

        Raises:
            InvalidError: It can not be a survey.

        >>> from ecrm.surveys import Nps, Survey
        >>> crm.surveys.write(Survey("mood", "Your day", [Nps("score", "How was it?")])).version
        1
        """
        checked_text(author, "author")
        given = survey if isinstance(survey, Survey) else survey_from_wire(survey, self._kinds)

        def work(transaction: Transaction) -> Survey:
            definition_table.hold_versions(transaction, self._shop.key)
            self._check_purposes(transaction, given)
            held = definition_table.versions_of(transaction, self._shop.key, given.key)
            newest = held[-1] if held else None
            is_draft = newest is not None and newest.state == DRAFT
            version = 1 if newest is None else newest.version + (0 if is_draft else 1)
            made = attrs.evolve(given, version=version)
            row = VersionRow(given.key, version, DRAFT, author, self._kit.now(), survey_to_wire(made))
            definition_table.save_version(transaction, self._shop.key, row)
            return made

        return self._database.transact(work)

    def publish(self, key: str) -> Survey:
        """Make the draft of a survey live, or what was withdrawn: invitations that are out keep their version.

        Raises:
            NotFoundError: There is no such survey.
            ConflictError: There is no draft, and nothing was withdrawn.

        >>> from ecrm.surveys import Nps, Survey
        >>> written = crm.surveys.write(Survey("mood", "Your day", [Nps("score", "How was it?")]))
        >>> crm.surveys.publish("mood").version
        1
        """

        def work(transaction: Transaction) -> VersionRow:
            definition_table.hold_versions(transaction, self._shop.key)
            held = self._held(transaction, key)
            if held[-1].state == LIVE:
                raise ConflictError("there is no draft of this survey: write one first")
            live = held[-1]._replace(state=LIVE, at=self._kit.now())
            definition_table.save_version(transaction, self._shop.key, live)
            return live

        return survey_from_wire(self._database.transact(work).body, self._kinds)

    def withdraw(self, key: str) -> None:
        """Take a survey out: nobody is asked it any more, and links for everybody lead nowhere.

        Who was asked, or has such a link open, can still answer. `publish` brings it back, and the links with it.

        Raises:
            NotFoundError: There is no such survey.
            ConflictError: It is not live.

        >>> from ecrm.surveys import Nps, Survey
        >>> written = crm.surveys.write(Survey("mood", "Your day", [Nps("score", "How was it?")]))
        >>> published = crm.surveys.publish("mood")
        >>> crm.surveys.withdraw("mood")
        >>> crm.surveys.list()[-1].state
        'withdrawn'
        """

        def work(transaction: Transaction) -> None:
            definition_table.hold_versions(transaction, self._shop.key)
            live = [row for row in self._held(transaction, key) if row.state == LIVE]
            if not live:
                raise ConflictError("this survey is not live")
            # The older ones too: else the one before would be live again.
            for row in live:
                taken = row._replace(state=WITHDRAWN, at=self._kit.now())
                definition_table.save_version(transaction, self._shop.key, taken)

        self._database.transact(work)

    def list(self) -> Sequence[Version]:
        """Give every version of every survey, by key, the oldest first."""
        with self._database.read() as transaction:
            rows = definition_table.versions_of(transaction, self._shop.key)
        return [Version(row.key, row.version, row.state, row.author, row.at) for row in rows]

    def show(self, key: str, version: int | None = None) -> Survey:
        """Give a survey: the version that is live, else the newest; or the version named.

        Raises:
            NotFoundError: There is none.
        """
        with self._database.read() as transaction:
            held = definition_table.versions_of(transaction, self._shop.key, checked_id(key, "survey"))
        wanted = [row for row in held if version in {None, row.version}]
        live = [row for row in wanted if row.state == LIVE]
        found = (live or wanted)[-1:] if wanted else []
        if found:
            return survey_from_wire(found[0].body, self._kinds)
        ready = self._ready(key) if version is None else None
        if ready is None:
            raise NotFoundError(_NO_SURVEY)
        return ready

    def _held(self, transaction: Transaction, key: str) -> Sequence[VersionRow]:
        held = definition_table.versions_of(transaction, self._shop.key, checked_id(key, "survey"))
        if not held:
            raise NotFoundError(_NO_SURVEY)
        return held

    def _adopt(self, key: str) -> None:
        """Make a survey that comes with ecrm the shop's, where it has none of that key."""
        with self._database.read() as transaction:
            held = definition_table.versions_of(transaction, self._shop.key, checked_id(key, "survey"))
        if held:
            return
        ready = self._ready(key)
        if ready is None:
            raise NotFoundError(_NO_SURVEY)

        def work(transaction: Transaction) -> None:
            definition_table.hold_versions(transaction, self._shop.key)
            # Another process may have made it the shop's meanwhile.
            if definition_table.versions_of(transaction, self._shop.key, key):
                return
            self._check_purposes(transaction, ready)
            made = attrs.evolve(ready, version=1)
            row = VersionRow(key, 1, LIVE, "ecrm", self._kit.now(), survey_to_wire(made))
            definition_table.save_version(transaction, self._shop.key, row)

        self._database.transact(work)

    def _check_live(self, transaction: Transaction, key: str) -> None:
        if definition_table.live_version(transaction, self._shop.key, key) is None:
            raise ConflictError("this survey is not live: crm.surveys.publish(key) makes it so")

    def _check_purposes(self, transaction: Transaction, survey: Survey) -> None:
        there = purposes_of(transaction, self._shop.key)
        for question in survey.questions:
            if isinstance(question, Consent) and question.purpose not in there:
                raise InvalidError.of(f"questions.{question.key}", "declare the purpose first: crm.consent.declare(…)")
