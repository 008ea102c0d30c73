"""Open an invitation, keep answers that are not finished, take those that are: once, whoever comes first.

To open changes nothing: programs that look into mails open links too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import attrs

from ecrm.customers.tables.customer import languages_of
from ecrm.customers.tables.profile import profiles_by_id
from ecrm.database import Database, Transaction
from ecrm.errors import ConflictError, InvalidError, NotFoundError
from ecrm.interactions.emitting import settled_wire
from ecrm.interactions.events import Event, SurveyViewed
from ecrm.interactions.model.entry import make_entry
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.reading import facts_of
from ecrm.interactions.recording import Kit, store
from ecrm.messages.settling import who_of
from ecrm.messages.tables import message as message_table
from ecrm.shops.service import Shop
from ecrm.surveys.model import Survey
from ecrm.surveys.opened import Answered, Opened
from ecrm.surveys.saying import events_of
from ecrm.surveys.tables import definition as definition_table
from ecrm.surveys.tables import invitation as invitation_table
from ecrm.surveys.tables import partial as partial_table
from ecrm.surveys.tables import running as running_table
from ecrm.surveys.tables.invitation import ANSWERED, EXPIRED, INVITED, InvitationRow
from ecrm.surveys.tokens import LinkToken, Ticket, Token, Tokens, hash_of, tokens_in
from ecrm.surveys.versions import Versions
from ecrm.values import Who

__all__ = ["Answering"]

_GONE = "this link is not valid any more: ask the shop for a new one"
_ANSWERED, _LATE = "this survey was answered already", "this survey can not be answered any more"


class Answering:
    """Take what customers of one shop answer.

    Args:
        database: Where it goes.
        shop: The shop.
        kit: Ids, time and keys.
        versions: Reads surveys.
        tell: Called after the commit with what was stored.
    """

    def __init__(
        self,
        database: Database,
        shop: Shop,
        kit: Kit,
        versions: Versions,
        tell: Callable[[str, Sequence[Interaction]], None],
    ) -> None:
        self._database = database
        self._shop = shop
        self._kit = kit
        self._versions = versions
        self._tell = tell

    def open(self, token: str | Ticket) -> Opened:
        """Open an invitation, or a link for everybody; nothing changes.

        Raises:
            InvalidError: The token is forged, of another shop, or a link that expired.
            NotFoundError: There is no such invitation, or survey, any more.
        """
        tokens = tokens_in(self._database, self._kit)
        ticket = self._ticket(tokens, token)
        if isinstance(ticket.says, LinkToken):
            made = self._from_link(ticket.says)
            ticket = Ticket(tokens.make(made), made)
        said = _personal(ticket)
        return self._opened(ticket, said, tokens.make_stamp(said))

    def _opened(self, ticket: Ticket, token: Token, stamp: str) -> Opened:
        with self._database.read() as transaction:
            row = invitation_table.find_invitation(transaction, self._shop.key, token.invitation_id)
            self._check_row(row, token, ticket.text)
            survey = self._survey(transaction, token)
            facts = self._facts(transaction, row, survey)
            answers = {} if row is None else self._kept(transaction, row)
            language = self._language(transaction, row)
        state: Literal["open", "answered", "late"] = "open"
        if row is not None and row.state == ANSWERED:
            state = "answered"
        elif token.until <= self._kit.now() or (row is not None and row.state == EXPIRED):
            # A worker whose clock goes ahead of ours may have ended it already.
            state = "late"
        seed, zone = token.invitation_id.hex, self._shop.settings.zone_info
        return Opened(survey, ticket, stamp, state, answers, facts, language, seed, zone)

    def save(self, token: str | Ticket, answers: Mapping[str, Any], stamp: str | None = None) -> Opened:
        """Keep answers that are not finished: who comes back goes on with them.

        Args:
            token: The token, or the ticket it was read as.
            answers: By question; what was kept before and is not named stays.
            stamp: As it was opened with; what is opened then has the same, where it is good.

        Raises:
            InvalidError: An answer can not be; `fields` names the question.
            ConflictError: It was answered, or is too late.
        """
        tokens = tokens_in(self._database, self._kit)
        ticket = self._ticket(tokens, token)
        said = _personal(ticket)

        def work(transaction: Transaction) -> list[Interaction]:
            row = self._held(transaction, said, ticket.text)
            before = self._kept(transaction, row)
            survey = self._survey(transaction, said)
            facts = self._facts(transaction, row, survey)
            clean = survey.checked({**before, **_mapping(answers)}, facts, is_partial=True)
            now = self._kit.now()
            partial_table.save_partial(transaction, self._shop.key, (row.id, row.profile_id), clean, now)
            return self._view(transaction, row, _reached(survey, clean, facts, row))

        self._tell(self._shop.key, self._database.transact(work))
        is_good = stamp is not None and tokens.seconds_since(stamp, said) is not None
        return self._opened(ticket, said, stamp if stamp and is_good else tokens.make_stamp(said))

    def answer(
        self,
        token: str | Ticket,
        answers: Mapping[str, Any],
        customer: Who | None = None,
        stamp: str | None = None,
    ) -> Answered:
        """Take an answer: it stands on the timeline at once, and no second one is taken.

        Args:
            token: The token, or the ticket it was read as.
            answers: By question; what was kept before and is not named counts too.
            customer: Who answered by a link for everybody, where the shop knows: from a card it read itself,
                never from what was sent with the answer.
            stamp: As it was opened with; where it is good, the answer says how long it took.

        Raises:
            InvalidError: An answer can not be, or is missing; `fields` names the question.
            ConflictError: It was answered, or is too late.
            NotFoundError: There is no such invitation any more.
        """
        tokens = tokens_in(self._database, self._kit)
        ticket = self._ticket(tokens, token)
        said = _personal(ticket)
        duration_s = None if stamp is None else tokens.seconds_since(stamp, said)

        def work(transaction: Transaction) -> tuple[list[Interaction], Answered]:
            row = self._held(transaction, said, ticket.text)
            survey = self._survey(transaction, said)
            facts = self._facts(transaction, row, survey)
            before = self._kept(transaction, row)
            clean = survey.checked({**before, **_mapping(answers)}, facts)
            who = self._who(transaction, row, customer)
            told = self._stored(transaction, events_of(survey, clean, facts, row, who, duration_s))
            answered = next(one for one in told if one.kind == "Survey Answered")
            self._close(transaction, attrs.evolve(row, reached=_reached(survey, clean, facts, row)), answered)
            return told, Answered(answered, survey.ending(clean, facts))

        told, taken = self._database.transact(work)
        self._tell(self._shop.key, told)
        return taken

    def _from_link(self, link: LinkToken) -> Token:
        with self._database.read() as transaction:
            live = definition_table.live_version(transaction, link.shop, link.survey)
        if live is None:
            raise NotFoundError(_GONE)
        id_ = self._kit.new_id()
        until = min(link.until, (self._kit.now() + dt.timedelta(days=1)).replace(microsecond=0))
        return Token(link.shop, id_, None, link.survey, live.version, until, link.location_id)

    def _ticket(self, tokens: Tokens, token: str | Ticket) -> Ticket:
        ticket = token if isinstance(token, Ticket) else tokens.read(token)
        if ticket.shop != self._shop.key:
            raise InvalidError.of("link", _GONE)
        return ticket

    def _check_row(self, row: InvitationRow | None, token: Token, text: str) -> None:
        if row is None:
            # Of a link for everybody there is none before the first answer; else it was erased.
            if token.profile_id is not None:
                raise NotFoundError(_GONE)
        elif row.state != ANSWERED and row.token_hash != hash_of(text):
            raise NotFoundError(_GONE)

    def _survey(self, transaction: Transaction, token: Token) -> Survey:
        survey = self._versions.find(transaction, self._shop.key, token.survey, token.version)
        if survey is None:
            raise NotFoundError(_GONE)
        return survey

    def _facts(self, transaction: Transaction, row: InvitationRow | None, survey: Survey) -> Mapping[str, Any]:
        if row is None or row.profile_id is None or not survey.facts:
            return {}
        return facts_of(transaction, self._shop.key, self._shop.settings, row.profile_id, self._kit.book)

    def _language(self, transaction: Transaction, row: InvitationRow | None) -> str:
        """Give the language it is asked in: as it was started, else the customer's own, else the shop's."""
        if row is not None and row.customer_id is not None:
            plan = None if row.run is None else running_table.plan_of(transaction, self._shop.key, row.run)
            own = languages_of(transaction, self._shop.key, [row.customer_id]).get(row.customer_id)
            if (plan is not None and plan.language) or own:
                return (plan.language if plan is not None else None) or own or ""
        return self._shop.settings.language

    def _held(self, transaction: Transaction, token: Token, text: str) -> InvitationRow:
        now = self._kit.now()
        if token.profile_id is None and token.until > now:
            made = InvitationRow(
                shop=token.shop, id=token.invitation_id, survey=token.survey, version=token.version,
                cause=token.invitation_id, location_id=token.location_id, state=INVITED, asked_at=now,
                expires_at=token.until, due_at=token.until, token_hash=hash_of(text),
            )  # fmt: skip
            invitation_table.insert_invitations(transaction, [made])
        row = invitation_table.hold_invitation(transaction, self._shop.key, token.invitation_id)
        self._check_row(row, token, text)
        if row is None:
            raise ConflictError(_LATE)
        if row.state == ANSWERED:
            raise ConflictError(_ANSWERED)
        if token.until <= now or row.state not in invitation_table.OPEN:
            raise ConflictError(_LATE)
        return row

    def _kept(self, transaction: Transaction, row: InvitationRow) -> dict[str, Any]:
        # What is kept was sent by a page, and then it was viewed: most answer on the first, and have nothing kept.
        return {} if row.viewed_at is None else partial_table.partial_of(transaction, self._shop.key, row.id)

    def _view(self, transaction: Transaction, row: InvitationRow, reached: str | None) -> list[Interaction]:
        viewed = attrs.evolve(row, viewed_at=row.viewed_at or self._kit.now(), reached=reached)
        invitation_table.save_invitations(transaction, [viewed])
        if row.viewed_at is not None:
            return []
        who = self._who(transaction, row, None) if row.profile_id is not None else None
        if who is None:
            return []
        event = SurveyViewed(
            customer=who, survey_id=row.survey, invitation_id=str(row.id), version=str(row.version),
            order_id=row.order_id, source="surveys", source_id=f"viewed:{row.id}",
        )  # fmt: skip
        return self._stored(transaction, [event])

    def _who(self, transaction: Transaction, row: InvitationRow, customer: Who | None) -> Who:
        if row.profile_id is None:
            return customer or Who(anonymous_id=f"survey:{row.id}")
        found = profiles_by_id(transaction, self._shop.key, [row.profile_id])
        who = who_of(found[0].kind, found[0].value) if found else None
        if who is None:
            raise NotFoundError(_GONE)
        return who

    def _stored(self, transaction: Transaction, events: Sequence[Event]) -> list[Interaction]:
        settings, now = self._shop.settings, self._kit.now()
        entries = [make_entry(settled_wire(event, now, self._kit), settings) for event in events]
        return [*store(transaction, self._shop.key, settings, entries, self._kit).interactions]

    def _close(self, transaction: Transaction, row: InvitationRow, answered: Interaction) -> None:
        shop, now = self._shop.key, self._kit.now()
        whose = profiles_by_id(transaction, shop, [answered.profile_id])[0]
        closed = attrs.evolve(
            row, state=ANSWERED, due_at=None, answered_at=now, viewed_at=row.viewed_at or now,
            profile_id=answered.profile_id, customer_id=whose.customer_id,
        )  # fmt: skip
        invitation_table.save_invitations(transaction, [closed])
        if row.viewed_at is not None:
            partial_table.drop_partial(transaction, shop, row.id)
        if row.message_id is None:
            return
        # One that is on its way and comes back finds the survey answered when it is composed again.
        if message_table.state_of(transaction, shop, row.message_id) == message_table.WAITING:
            held = message_table.hold_messages(transaction, [(shop, row.message_id)])
            waiting = [one for one in held if one.state == message_table.WAITING]
            ended = [one.noted(now, message_table.SUPPRESSED, "the survey is answered", settled_at=now)
                     for one in waiting]  # fmt: skip
            message_table.save_messages(transaction, ended)


def _personal(ticket: Ticket) -> Token:
    """Give what the token of an invitation says; a link for everybody has to be opened first."""
    if not isinstance(ticket.says, Token):
        raise InvalidError.of("link", _GONE)
    return ticket.says


def _reached(survey: Survey, answers: Mapping[str, Any], facts: Mapping[str, Any], row: InvitationRow) -> str | None:
    """Give the last question that was answered, in the order it was asked in."""
    path = survey.path(answers, facts, seed=row.id.hex)
    return next((question.key for question in reversed(path) if question.key in answers), None)


def _mapping(answers: Any) -> Mapping[str, Any]:
    if not isinstance(answers, Mapping) or not all(isinstance(key, str) for key in answers):
        raise InvalidError.of("answers", "give a mapping of questions to answers")
    return answers
