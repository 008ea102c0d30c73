"""What a reaction or a timer returns: `from ecrm.effects import Record, SetTimer`.

Only names are brought together here; the effects live in the rooms that apply them.
"""

from ecrm.reactions.model.effect import CancelTimer, Effect, Keep, Note, Record, SetTimer, Suggest, Tag, Untag

__all__ = ["CancelTimer", "Effect", "Keep", "Note", "Record", "SetTimer", "Suggest", "Tag", "Untag"]
