"""What `crm.surveys` offers: write and publish surveys, have them asked, invite, open and answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import attrs

from ecrm.customers.finding import find_profile
from ecrm.customers.tables.profile import ProfileRow
from ecrm.database import Transaction
from ecrm.errors import ConflictError, InvalidError, NotFoundError
from ecrm.hookspecs import Behaviour
from ecrm.interactions.service import Recorder
from ecrm.interactions.tables.position import last_position
from ecrm.messages.arranging import Held
from ecrm.surveys.answering import Answering
from ecrm.surveys.asking import Asker
from ecrm.surveys.inviting import token_of
from ecrm.surveys.model.plan import LENGTHS, Plan, days_and_more
from ecrm.surveys.opened import Answered, Opened
from ecrm.surveys.reporting import Reports
from ecrm.surveys.results.reading import Reader
from ecrm.surveys.showing import Invitation, Running, invitation_of, running_of
from ecrm.surveys.tables import invitation as invitation_table
from ecrm.surveys.tables import running as running_table
from ecrm.surveys.tables.invitation import SKIPPED, InvitationRow
from ecrm.surveys.tables.running import STOPPED, RunRow
from ecrm.surveys.tokens import LinkToken, Ticket, tokens_in
from ecrm.surveys.writing import Desk
from ecrm.values import Who
from ecrm.values.text import checked_id
from ecrm.values.who import Someone

__all__ = ["Surveys"]


class Surveys(Reports):
    """Serve the surveys of one shop.

    Args:
        desk: What it works with.
        reader: Reads what they answered.
        recorder: Records answers that come from elsewhere.
        behaviours: Gives what plugins that are on for a shop know customers to do.
        answering: Takes answers.
        asker: Decides who is asked.
        held_of: Gives what a shop arranged about its messages.
        conditions: The names of conditions that plugins offer.
    """

    def __init__(
        self,
        desk: Desk,
        reader: Reader,
        recorder: Recorder,
        behaviours: Callable[[str], Sequence[Behaviour]],
        answering: Answering,
        asker: Asker,
        held_of: Callable[[str], Held],
        conditions: Collection[str],
    ) -> None:
        super().__init__(desk, reader, recorder, behaviours)
        self._answering = answering
        self._asker = asker
        self._held_of = held_of
        self._conditions = conditions

    def start(self, survey: str, name: str | None = None, **plan: Any) -> Running:
        """Have a survey asked: after an event, on a schedule, or by hand. Called again, it changes how.

        Args:
            survey: Its key: one of the shop's, or one that comes with ecrm, which is then made the shop's.
            name: What this way of asking is called, at most 255 characters on one line; the survey's key where left
                out.
            **plan: Fields of `Plan`: after, delay, every, where, sample, quota, ends_at, rest, again, expires,
                reminders, channel, language, template.

        Raises:
            NotFoundError: There is no such survey, or no such condition.
            ConflictError: There is only a draft, or nothing says where the pages are.
            InvalidError: The plan, or the name, can not be.

        >>> from ecrm.surveys import Nps, Survey
        >>> written = crm.surveys.write(Survey("mood", "Your day", [Nps("score", "How was it?")]))
        >>> published = crm.surveys.publish("mood")
        >>> held = crm.messages.configure(public_url="https://shop.example/crm")
        >>> crm.surveys.start("mood", after="Order Delivered", delay="3 days").state
        'running'
        """
        made, called = _plan(plan), checked_id(name or survey, "name")
        if made.where is not None and made.where not in self._conditions:
            raise NotFoundError("no plugin offers this condition")
        self._public_url()
        self._adopt(survey)
        now = self._kit.now()

        def work(transaction: Transaction) -> RunRow:
            self._check_live(transaction, survey)
            runs = {run.name: run for run in running_table.runs_of(transaction, self._shop.key)}
            before = runs.get(called)
            if before is not None and _goes_on(before, survey, made):
                row = attrs.evolve(before, plan=made)
            else:
                row = RunRow(
                    shop=self._shop.key, name=called, survey=survey, plan=made, started_at=now,
                    # What happens from now on counts; what happened before does not.
                    position=last_position(transaction), next_at=None if made.every is None else now,
                )  # fmt: skip
            running_table.save_run(transaction, row)
            return row

        return running_of(self._database.transact(work), {}, self._kit.now())

    def stop(self, name: str) -> Running:
        """Ask nobody any more; who was asked already can still answer.

        Raises:
            NotFoundError: Nothing of this name runs, or ran.
        """

        def work(transaction: Transaction) -> RunRow:
            runs = {run.name: run for run in running_table.runs_of(transaction, self._shop.key)}
            if name not in runs:
                raise NotFoundError("no survey was started by this name")
            row = attrs.evolve(runs[name], state=STOPPED, next_at=None, page_after=None)
            running_table.save_run(transaction, row)
            return row

        return running_of(self._database.transact(work), {}, self._kit.now())

    def running(self) -> Sequence[Running]:
        """Give how surveys are asked, those that were stopped too, with what became of their invitations."""
        with self._database.read() as transaction:
            counts = invitation_table.count_states(transaction, self._shop.key)
            now = self._kit.now()
            return [running_of(run, counts, now) for run in running_table.runs_of(transaction, self._shop.key)]

    def invite(self, who: Someone, survey: str) -> Invitation:
        """Ask one customer now, by a message; the rules hold for them too. In quiet hours the invitation waits.

        Args:
            who: The customer.
            survey: The key of a live survey; where it was started, it is asked in that way: of several, in the one
                that is called as the survey, else the first by name.

        Raises:
            NotFoundError: Nobody is known by that, or there is no such survey.
            ConflictError: They may not be asked now; it says why.
        """
        self._public_url()
        self._adopt(survey)
        with self._database.read() as transaction:
            row = self._planned(transaction, who, survey)
            runs = {(run.shop, run.name): run for run in running_table.runs_of(transaction, self._shop.key)}
        holding = self._asker.conditions([row], runs)

        def work(transaction: Transaction) -> InvitationRow:
            self._check_live(transaction, survey)
            invitation_table.insert_invitations(transaction, [row])
            decided = self._asker.decided(transaction, self._shop.key, [row], holding)
            if not decided:
                raise ConflictError("it is being decided about this customer just now: try again")
            if decided[0].state == SKIPPED:
                raise ConflictError(f"not asked: {decided[0].reason}")
            return decided[0]

        return invitation_of(self._database.transact(work))

    def link(self, survey: str, *, location_id: str | None = None, days: int = 365) -> str:
        """Give the address of a survey that is for everybody: on a receipt, or as a QR code in a store.

        Args:
            survey: The key of a live survey.
            location_id: Where it hangs, at most 255 characters on one line; answers carry it.
            days: For how many days it works, 1 to 3,660.

        Raises:
            NotFoundError: There is no such survey.
            ConflictError: It is not live, or nothing says where the pages are.
            InvalidError: The days or the location can not be: no answer could carry it.
        """
        if not isinstance(days, int) or not 1 <= days <= 3_660:  # noqa: PLR2004 - as the docstring says
            raise InvalidError.of("days", "give 1 to 3,660 days")
        where = None if location_id is None else checked_id(location_id, "location_id")
        public_url = self._public_url()
        self._adopt(survey)
        with self._database.read() as transaction:
            self._check_live(transaction, survey)
        link = LinkToken(self._shop.key, survey, self._kit.now() + dt.timedelta(days=days), where)
        return f"{public_url}/survey/{tokens_in(self._database, self._kit).make_link(link)}"

    def url_of(self, invitation: Invitation) -> str:
        """Give the address an invitation is answered at, for a shop that carries it itself.

        Raises:
            NotFoundError: There is no such invitation, or it is not open.
        """
        with self._database.read() as transaction:
            row = invitation_table.find_invitation(transaction, self._shop.key, invitation.id)
        if row is None or row.state not in invitation_table.OPEN:
            raise NotFoundError("there is no such invitation that is open")
        token = tokens_in(self._database, self._kit).again(token_of(row), row.token_hash)
        return f"{self._public_url()}/survey/{token}"

    def read_token(self, token: str) -> Ticket:
        """Read a token, of whatever shop: whose it is, and whether it is that of a link for everybody.

        Raises:
            InvalidError: The token is forged, or its link expired.
        """
        return tokens_in(self._database, self._kit).read(token)

    def open(self, token: str | Ticket) -> Opened:
        """Open what a token leads to; nothing changes.

        Args:
            token: The token, or the ticket that `read_token` gave for it.

        Raises:
            InvalidError: The token is forged, or its link expired.
            NotFoundError: What it leads to is gone.
        """
        return self._answering.open(token)

    def save(self, token: str | Ticket, answers: Mapping[str, Any], stamp: str | None = None) -> Opened:
        """Keep answers that are not finished; who comes back goes on with them.

        Args:
            token: Of the invitation, or the ticket it was opened with.
            answers: By question.
            stamp: What it was opened with, so that the answer says in the end how long it took.

        Raises:
            InvalidError: An answer can not be; `fields` names the question.
            ConflictError: It was answered, or is too late.
            NotFoundError: What it leads to is gone.
        """
        return self._answering.save(token, answers, stamp)

    def answer(
        self,
        token: str | Ticket,
        answers: Mapping[str, Any],
        customer: Who | None = None,
        stamp: str | None = None,
    ) -> Answered:
        """Take an answer; it stands on the timeline at once, and no second one is taken.

        Args:
            token: Of the invitation, or the ticket it was opened with.
            answers: By question.
            customer: Who answered by a link for everybody, where the shop knows it itself.
            stamp: What it was opened with; where it is forged, or older than a day, nobody knows how long it took.

        Raises:
            InvalidError: An answer can not be, or is missing; `fields` names the question.
            ConflictError: It was answered, or is too late.
            NotFoundError: What it leads to is gone.
        """
        return self._answering.answer(token, answers, customer, stamp)

    def invitations(
        self, who: Someone | None = None, survey: str | None = None, limit: int = 100
    ) -> Sequence[Invitation]:
        """Give invitations and what became of them, the newest first.

        Args:
            who: Of one customer.
            survey: Of one survey.
            limit: How many at most, from 1 up.

        Raises:
            NotFoundError: Nobody is known by that.
            InvalidError: What was given can be no survey, or no limit.
        """
        if not isinstance(limit, int) or limit < 1:
            raise InvalidError.of("limit", "give a whole number from 1 up")
        key = None if survey is None else checked_id(survey, "survey")
        with self._database.read() as transaction:
            customer = None if who is None else self._profile(transaction, who).customer_id
            rows = invitation_table.invitations_of(transaction, self._shop.key, customer, key, limit)
        return [invitation_of(row) for row in rows]

    def _planned(self, transaction: Transaction, who: Someone, survey: str) -> InvitationRow:
        profile = self._profile(transaction, who)
        runs = running_table.runs_of(transaction, self._shop.key)
        ways = {run.name: run for run in runs if run.survey == survey and run.state != STOPPED}
        run = ways.get(survey) or next(iter(ways.values()), None)
        id_, now = self._kit.new_id(), self._kit.now()
        return InvitationRow(
            shop=self._shop.key, id=id_, profile_id=profile.id, customer_id=profile.customer_id, survey=survey,
            run=None if run is None else run.name, cause=id_, due_at=now,
            expires_at=None if run is None else run.plan.asked_until(now),
        )  # fmt: skip

    def _profile(self, transaction: Transaction, who: Someone) -> ProfileRow:
        found = find_profile(transaction, self._shop.key, who, self._shop.settings)
        if found is None:
            raise NotFoundError("nobody is known by this identity in this shop")
        return found

    def _public_url(self) -> str:
        public_url = self._held_of(self._shop.key).arrangement.public_url
        if public_url is None:
            raise ConflictError("say where the pages are first: crm.messages.configure(public_url=…)")
        return public_url.rstrip("/")


def _goes_on(before: RunRow, survey: str, plan: Plan) -> bool:
    """Tell whether what runs keeps its place: a program may start its surveys each time that it starts itself."""
    is_same = (before.survey, before.plan.after, before.plan.every) == (survey, plan.after, plan.every)
    return is_same and before.state != STOPPED


def _plan(given: Mapping[str, Any]) -> Plan:
    unknown = sorted(given.keys() - {field.name for field in attrs.fields(Plan)})
    if unknown:
        raise InvalidError.of(unknown[0], "a survey is asked by no such rule: see Plan")
    # Read here, an error names the length that can not be.
    lengths = {name: days_and_more(given[name], name) for name in LENGTHS if given.get(name) is not None}
    return Plan(**{**given, **lengths})
