"""The first tables: organizations and accounts, kits and devices, claims and stored answers."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TEXT = sa.String(length=255)


def upgrade() -> None:
    _organizations()
    _accounts()
    _tokens()
    _projects()
    _kits()
    _devices()
    _names()
    _claims()
    _operations()
    _pin_tries()


def _column(name: str, kind: Any, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=nullable)


def _organizations() -> None:
    op.create_table(
        "organizations",
        _column("id", sa.Integer()),
        _column("slug", TEXT),
        _column("title", TEXT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
        sa.UniqueConstraint("slug", name=op.f("uq_organizations_slug")),
    )


def _accounts() -> None:
    op.create_table(
        "accounts",
        _column("id", sa.Integer()),
        _column("public_id", TEXT),
        _column("organization_id", sa.Integer()),
        _column("name", TEXT),
        _column("may_claim", sa.Boolean()),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_accounts_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("organization_id", "name", name=op.f("uq_accounts_organization_id_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_accounts_public_id")),
    )


def _tokens() -> None:
    op.create_table(
        "tokens",
        _column("id", sa.Integer()),
        _column("account_id", sa.Integer()),
        _column("digest", TEXT),
        _column("label", TEXT),
        _column("created_at", sa.DateTime()),
        _column("revoked_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_tokens_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_tokens_digest")),
    )
    op.create_index(op.f("ix_tokens_account_id"), "tokens", ["account_id"])


def _projects() -> None:
    op.create_table(
        "projects",
        _column("id", sa.Integer()),
        _column("organization_id", sa.Integer()),
        _column("parent_id", sa.Integer(), nullable=True),
        _column("slug", TEXT),
        _column("title", TEXT),
        _column("noun", TEXT),
        _column("may_claim", sa.Boolean()),
        _column("seats", sa.Integer(), nullable=True),
        _column("expires_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_projects_organization_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["projects.id"], name=op.f("fk_projects_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
        sa.UniqueConstraint("organization_id", "slug", name=op.f("uq_projects_organization_id_slug")),
    )


def _kits() -> None:
    op.create_table(
        "kits",
        _column("id", sa.Integer()),
        _column("vendor", TEXT),
        _column("namespace", TEXT),
        _column("kit_id", TEXT),
        _column("form", TEXT),
        _column("title", TEXT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kits")),
        sa.UniqueConstraint("vendor", "namespace", "kit_id", name=op.f("uq_kits_vendor_namespace_kit_id")),
    )
    op.create_index(op.f("ix_kits_form"), "kits", ["form"])


def _devices() -> None:
    op.create_table(
        "devices",
        _column("id", sa.Integer()),
        _column("key", TEXT),
        _column("vendor", TEXT),
        _column("namespace", TEXT),
        _column("device_id", TEXT),
        _column("kit_id", sa.Integer(), nullable=True),
        _column("type", TEXT),
        _column("product_number", TEXT),
        _column("serial", TEXT, nullable=True),
        _column("mac", TEXT, nullable=True),
        _column("cloud_id", TEXT, nullable=True),
        _column("external_id", TEXT, nullable=True),
        _column("app_id", TEXT, nullable=True),
        _column("pin_hash", TEXT, nullable=True),
        _column("registered", sa.Boolean()),
        _column("claiming_open", sa.Boolean()),
        _column("multiple", sa.Boolean()),
        _column("added_at", sa.DateTime()),
        sa.ForeignKeyConstraint(["kit_id"], ["kits.id"], name=op.f("fk_devices_kit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("key", name=op.f("uq_devices_key")),
        sa.UniqueConstraint("vendor", "namespace", "device_id", name=op.f("uq_devices_vendor_namespace_device_id")),
    )
    op.create_index(op.f("ix_devices_kit_id"), "devices", ["kit_id"])


def _names() -> None:
    op.create_table(
        "names",
        _column("device_id", sa.Integer()),
        _column("field", TEXT),
        _column("form", TEXT),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_names_device_id")),
        sa.PrimaryKeyConstraint("device_id", "field", name=op.f("pk_names")),
    )
    op.create_index(op.f("ix_names_form_field"), "names", ["form", "field"])


def _claims() -> None:
    op.create_table(
        "claims",
        _column("id", sa.Integer()),
        _column("handle", TEXT),
        _column("device_id", sa.Integer()),
        _column("organization_id", sa.Integer()),
        _column("project_id", sa.Integer()),
        _column("account_id", sa.Integer(), nullable=True),
        _column("slot", TEXT, nullable=True),
        _column("name", TEXT, nullable=True),
        _column("claimed_at", sa.DateTime()),
        _column("released_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_claims_account_id")),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_claims_device_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_claims_organization_id")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_claims_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint("device_id", "slot", name=op.f("uq_claims_device_id_slot")),
        sa.UniqueConstraint("handle", name=op.f("uq_claims_handle")),
    )
    op.create_index(op.f("ix_claims_organization_id_id"), "claims", ["organization_id", "id"])
    op.create_index(op.f("ix_claims_project_id_slot"), "claims", ["project_id", "slot"])


def _operations() -> None:
    op.create_table(
        "operations",
        _column("id", sa.Integer()),
        _column("account_id", sa.Integer()),
        _column("key", TEXT),
        _column("verb", TEXT),
        _column("content_hash", TEXT),
        _column("answer", sa.Text()),
        _column("at", sa.DateTime()),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_operations_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operations")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_operations_account_id_key")),
    )


def _pin_tries() -> None:
    op.create_table(
        "pin_tries",
        _column("device_id", sa.Integer()),
        _column("organization_id", sa.Integer()),
        _column("failures", sa.Integer()),
        _column("locked_until", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_pin_tries_device_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_pin_tries_organization_id")),
        sa.PrimaryKeyConstraint("device_id", "organization_id", name=op.f("pk_pin_tries")),
    )
