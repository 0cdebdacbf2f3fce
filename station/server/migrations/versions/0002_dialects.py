"""What the vendors' dialects need: credentials, short-lived tokens, licences, owners, labels."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.String(length=255)


def upgrade() -> None:
    # Column by column: SQLite could add several only by making the table anew, and would drop the old one under the
    # rows that point to it.
    op.add_column("tokens", sa.Column("expires_at", sa.DateTime(), nullable=True))
    op.add_column("tokens", sa.Column("scope", TEXT, nullable=True))
    op.add_column("projects", sa.Column("vendor", TEXT, nullable=False, server_default=""))
    op.add_column("projects", sa.Column("app_id", TEXT, nullable=True))
    op.add_column("devices", sa.Column("plan_open", sa.Boolean(), nullable=False, server_default=sa.true()))
    # In words that both databases know: a column with its reference, which is named as all others are.
    op.execute(
        "ALTER TABLE devices ADD COLUMN owner_project_id INTEGER "
        "CONSTRAINT fk_devices_owner_project_id REFERENCES projects (id)"
    )
    op.add_column("claims", sa.Column("labels", sa.Text(), nullable=True))
    _credentials()


def _credentials() -> None:
    op.create_table(
        "credentials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("vendor", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("secret", TEXT, nullable=False),
        sa.Column("extra", TEXT, nullable=False),
        sa.Column("basic", sa.Boolean(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("expires_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_credentials_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credentials")),
        sa.UniqueConstraint("vendor", "name", name=op.f("uq_credentials_vendor_name")),
    )
    op.create_index(op.f("ix_credentials_account_id"), "credentials", ["account_id"])
