"""What the vendors' dialects need: credentials, short-lived tokens, licences, owners, labels."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.String(length=255)


def upgrade() -> None:
    with op.batch_alter_table("tokens") as table:
        table.add_column(sa.Column("expires_at", sa.DateTime(), nullable=True))
        table.add_column(sa.Column("scope", TEXT, nullable=True))
    with op.batch_alter_table("projects") as table:
        table.add_column(sa.Column("vendor", TEXT, nullable=False, server_default=""))
        table.add_column(sa.Column("app_id", TEXT, nullable=True))
    with op.batch_alter_table("devices") as table:
        table.add_column(sa.Column("plan_open", sa.Boolean(), nullable=False, server_default=sa.true()))
        table.add_column(sa.Column("owner_project_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_devices_owner_project_id"), "projects", ["owner_project_id"], ["id"])
    with op.batch_alter_table("claims") as table:
        table.add_column(sa.Column("labels", sa.Text(), nullable=True))
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
