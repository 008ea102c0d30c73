"""Files into events: what a shop has in CSV or JSON becomes the history of its customers.

`load_mapping` reads what a file means, `import_file` imports it, `rehearse_file` says what that would do.
`import_answers` takes answers to a survey in.
"""

from ecrm.imports.answers import import_answers
from ecrm.imports.guess import guess_mapping
from ecrm.imports.importing import import_file
from ecrm.imports.ledger import Report
from ecrm.imports.mapping import Mapping
from ecrm.imports.rehearsal import Rehearsal, rehearse_file
from ecrm.imports.schema import load_mapping, read_mapping

__all__ = [
    "Mapping",
    "Rehearsal",
    "Report",
    "guess_mapping",
    "import_answers",
    "import_file",
    "load_mapping",
    "read_mapping",
    "rehearse_file",
]
