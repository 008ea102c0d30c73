"""What a reaction or a timer is given, and what it returns: `from ecrm.effects import Record, SetTimer`.

Only names are brought together here; the effects live in the rooms that apply them.
"""

from ecrm.interactions.model.interaction import Interaction
from ecrm.messages.effect import Send
from ecrm.reactions.asking import Questions
from ecrm.reactions.model.effect import CancelTimer, Effect, Keep, Note, Record, SetTimer, Suggest, Tag, Untag
from ecrm.reactions.model.timer import Due

__all__ = [
    "CancelTimer",
    "Due",
    "Effect",
    "Interaction",
    "Keep",
    "Note",
    "Questions",
    "Record",
    "Send",
    "SetTimer",
    "Suggest",
    "Tag",
    "Untag",
]
