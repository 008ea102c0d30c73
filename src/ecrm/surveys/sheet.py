"""Answers as rows that leave the CRM and come back: JSON lines, and CSV that no spreadsheet takes for formulas.

A row is a mapping. What a cell of CSV means follows from the question it answers; so reading gives the same again.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import attrs

from ecrm.errors import InvalidError
from ecrm.messages.settling import who_of
from ecrm.surveys.model import Matrix, Multiple, PluginQuestion, Question, Ranking, Single, Survey
from ecrm.surveys.tables.answered import Told
from ecrm.values import Who
from ecrm.values.spreadsheet import guarded, unguarded

__all__ = ["COLUMNS", "IDENTITIES", "Sheet", "row_of", "row_of_cells"]

IDENTITIES = ("email", "phone", "user_id", "card", "handle", "anonymous_id", "identity_source")
ABOUT = ("order_id", "location_id", "invitation_id", "channel", "duration_s")
COLUMNS = ("source", "id", "at", "customer_id", *IDENTITIES, "survey", "version", "kind", "score", *ABOUT)
_PREFIX = "answer."
_SURVEY = {name: name for name in ("invitation_id", "version", "kind", "order_id", "duration_s")}


@attrs.frozen(repr=False)
class Sheet:
    """Hold the answers to a survey, the oldest first.

    Args:
        survey: The survey as it is now; its questions come first among the columns.
        rows: The answers: see the reference for what is in each.
    """

    survey: Survey
    rows: tuple[Mapping[str, Any], ...]

    def __repr__(self) -> str:
        return f"<Sheet {self.survey.key} {len(self.rows)} answers>"

    def __len__(self) -> int:
        return len(self.rows)

    def json_lines(self) -> str:
        """Give them as JSON, one a line."""
        return "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in self.rows)

    def csv(self) -> str:
        r"""Give them as CSV with commas, a question a column; a text that could run as a formula begins with '.

        Write it as `utf-8-sig`: Excel takes it for another encoding else.
        """
        there = {name for row in self.rows for name in row}
        columns = [name for name in COLUMNS if name in there or name in {"source", "id", "at", "survey"}]
        keys = [one.key for one in self.survey.questions if one.takes_answer]
        keys += sorted({key for row in self.rows for key in row["answers"]} - set(keys))
        questions = {one.key: one for one in self.survey.questions}
        written = io.StringIO(newline="")
        writer = csv.writer(written, quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow([*columns, *(guarded(f"{_PREFIX}{key}") for key in keys)])
        for row in self.rows:
            about = [_cell(None, row.get(name), is_text=True) for name in columns]
            said = [_cell(questions.get(key), row["answers"].get(key)) for key in keys]
            writer.writerow([*about, *said])
        return written.getvalue()


def row_of(told: Told) -> dict[str, Any]:
    """Give an answer as a row; what is not there is left out."""
    body = told.body
    who = who_of(*told.identity)
    # Of nobody who can be named it is in another shop an answer of a visitor.
    who = who or Who(anonymous_id=f"survey:{told.source_id}")
    named = {**who.given, **({"identity_source": who.source} if who.source else {})}
    row = {
        "source": told.source,
        "id": told.source_id,
        "at": told.at.isoformat(),
        "customer_id": str(told.customer_id),
        **named,
        "survey": body.get("survey_id"),
        **{name: body.get(field) for name, field in _SURVEY.items()},
        "score": _number(body.get("score")),
        "location_id": told.context.get("location_id"),
        "channel": told.channel,
    }
    return {**{name: value for name, value in row.items() if value is not None}, "answers": body.get("answers") or {}}


def row_of_cells(cells: Mapping[str, str], survey: Survey) -> dict[str, Any]:
    """Give a line of CSV as a row.

    Args:
        cells: By column; columns are those of `Sheet.csv`, in any order, and none of them must be there.
        survey: What was asked.

    Raises:
        InvalidError: It has a column that means nothing.
    """
    row: dict[str, Any] = {"answers": {}}
    for heading, held in cells.items():
        name, text = unguarded(heading), unguarded(held)
        if not text.strip():
            continue
        if name.startswith(_PREFIX):
            key = name.removeprefix(_PREFIX)
            row["answers"][key] = _read(next((one for one in survey.questions if one.key == key), None), text)
        elif name in COLUMNS:
            row[name] = text
        else:
            raise InvalidError.of(name[:100], "remove this column: it is no answer, and nothing that is known of one")
    return row


def _cell(question: Question | None, value: Any, *, is_text: bool = False) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return value
    if not isinstance(value, str):
        return guarded(json.dumps(value, ensure_ascii=False))
    is_open = question is None or isinstance(question, PluginQuestion)
    # What a plugin keeps may be a text that looks like a number.
    return guarded(json.dumps(value, ensure_ascii=False) if is_open and not is_text and _is_json(value) else value)


def _read(question: Question | None, text: str) -> Any:
    if isinstance(question, PluginQuestion | None):
        return json.loads(text) if _is_json(text) else text
    if isinstance(question, Multiple | Ranking):
        return json.loads(text) if text.lstrip().startswith("[") and _is_json(text) else _parted(text)
    is_whole = isinstance(question, Single | Matrix) and text.lstrip().startswith("{") and _is_json(text)
    return json.loads(text) if is_whole else text


def _parted(text: str) -> list[str]:
    separator = ";" if ";" in text else ","
    return [part.strip() for part in text.split(separator) if part.strip()]


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _number(score: Any) -> int | float | None:
    if score is None:
        return None
    number = Decimal(str(score))
    return int(number) if number == number.to_integral_value() else float(number)
