"""Run revisions on the connection that `ecrm.database.migrating` hands in, inside its transaction."""

from alembic import context

from ecrm.database.metadata import METADATA


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or name in METADATA.tables


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table="ecrm_version",
    include_name=_is_ours,
    render_as_batch=True,
    transactional_ddl=False,
    compare_type=False,
)
context.run_migrations()
