"""What a plugin brings to surveys: kinds of questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from ecrm.hookspecs.naming import check_callable, check_import, check_name, check_said

__all__ = ["QuestionKind"]


@attrs.frozen
class QuestionKind:
    """Add a kind of question to surveys.

    Args:
        name: Unique among all plugins, and not a kind of the core.
        about: What it asks for, in a sentence.
        check: Gives an answer, with the question's options, in the form it is kept in, as JSON can hold it; raises
            where it can be none. Given its own result it gives it again. It is asked while an answer is stored: a rule
            that waits for nothing, no database and no network.
        check_options: Raises InvalidError for options a question can not have; None is a kind without any.
        field: An import string of what draws its field, loaded when it is shown: given an `ecrm.web.drawing.Drawing`,
            it gives HTML as `markupsafe.Markup`. A line of text where None.

    >>> QuestionKind("colour", "A colour.", check=lambda answer, options: str(answer).lower()).check("RED", {})
    'red'
    """

    name: str = attrs.field(validator=check_name)
    about: str = attrs.field(validator=check_said)
    # Not hashed: something that can be called need not be hashable.
    check: Callable[[Any, Mapping[str, Any]], Any] = attrs.field(validator=check_callable, hash=False)
    check_options: Callable[[Mapping[str, Any]], None] | None = attrs.field(
        default=None, validator=attrs.validators.optional(check_callable), hash=False
    )
    field: str | None = attrs.field(default=None, validator=attrs.validators.optional(check_import))
