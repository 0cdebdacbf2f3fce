"""The registry's tables: who there is, what there is to claim, who claimed it, and every answer given."""

from datetime import UTC, datetime

from sqlalchemy import DateTime, ForeignKey, Index, MetaData, String, Text, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A point in time, kept as UTC without a zone: SQLite drops the zone, PostgreSQL would shift it."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value.replace(tzinfo=UTC) if value else None


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {str: String(255), datetime: Moment()}  # noqa: RUF012 - as SQLAlchemy asks for it


class Organization(Base):
    __tablename__ = "organizations"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]


class Account(Base):
    """Somebody who may call: a desk, a service, a person. A renewed token does not make another account."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str]
    may_claim: Mapped[bool] = mapped_column(default=True)
    organization: Mapped[Organization] = relationship(lazy="joined", innerjoin=True)


class Token(Base):
    """What an account signs in with: only the SHA-256 of a long random text is kept."""

    __tablename__ = "tokens"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    scope: Mapped[str | None]
    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class Credential(Base):
    """What an account signs in with at a dialect where that is no token: a service account's key, a log-in.

    ``name`` is public (a key ID, an e-mail address). ``secret`` is kept as it is where the protocol signs with it (a
    signature can be checked in no other way), else as an Argon2 hash; ``extra`` is what the protocol says beside it.
    """

    __tablename__ = "credentials"
    __table_args__ = (UniqueConstraint("vendor", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    vendor: Mapped[str]
    name: Mapped[str]
    secret: Mapped[str]
    extra: Mapped[str]
    basic: Mapped[bool]
    revoked_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class Project(Base):
    """A target; ``noun`` is what its dialect calls it (project, space, workspace), ``seats`` the most live claims.

    ``vendor`` names the dialect that shows it beside the native API ("": none); ``app_id`` is the licence's own name.
    """

    __tablename__ = "projects"
    __table_args__ = (UniqueConstraint("organization_id", "slug"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"))
    slug: Mapped[str]
    title: Mapped[str]
    noun: Mapped[str] = mapped_column(default="project")
    may_claim: Mapped[bool] = mapped_column(default=True)
    seats: Mapped[int | None]
    expires_at: Mapped[datetime | None]
    vendor: Mapped[str] = mapped_column(default="")
    app_id: Mapped[str | None]
    organization: Mapped[Organization] = relationship(lazy="joined", innerjoin=True)


class Kit(Base):
    __tablename__ = "kits"
    __table_args__ = (UniqueConstraint("vendor", "namespace", "kit_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    vendor: Mapped[str]
    namespace: Mapped[str]
    kit_id: Mapped[str]
    form: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]


class Device(Base):
    """``key`` names it in the native API and cannot be guessed; ``multiple`` lets several organizations claim it.

    ``owner_project_id`` is its owner's target where a claim only shares it; ``plan_open`` whether the owner's plan
    lets it be claimed at all. ``claiming_open`` is the lock that the owner (and, after some claims, the vendor) closes.
    """

    __tablename__ = "devices"
    __table_args__ = (UniqueConstraint("vendor", "namespace", "device_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    vendor: Mapped[str]
    namespace: Mapped[str]
    device_id: Mapped[str]
    kit_id: Mapped[int | None] = mapped_column(ForeignKey("kits.id"), index=True)
    type: Mapped[str]
    product_number: Mapped[str]
    serial: Mapped[str | None]
    mac: Mapped[str | None]
    cloud_id: Mapped[str | None]
    external_id: Mapped[str | None]
    app_id: Mapped[str | None]
    pin_hash: Mapped[str | None]
    registered: Mapped[bool]
    claiming_open: Mapped[bool]
    multiple: Mapped[bool]
    plan_open: Mapped[bool] = mapped_column(default=True)
    owner_project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"))
    added_at: Mapped[datetime]


class DeviceName(Base):
    """One text by which a device is found: its field (device_id, serial, mac …) in normal form."""

    __tablename__ = "names"
    __table_args__ = (Index(None, "form", "field"),)
    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"), primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    form: Mapped[str]


class Claim(Base):
    """A claim, live while ``slot`` is set: a device has one live claim for each slot.

    The slot is ``"only"``, or the organization's number where the device may be shared; a released claim has none,
    and both databases let any number of empty slots stand beside each other. So one plain constraint is the rule.
    """

    __tablename__ = "claims"
    __table_args__ = (
        UniqueConstraint("device_id", "slot"),
        Index(None, "project_id", "slot"),
        Index(None, "organization_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    handle: Mapped[str] = mapped_column(unique=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    slot: Mapped[str | None]
    name: Mapped[str | None]
    labels: Mapped[str | None] = mapped_column(Text)
    claimed_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    device: Mapped[Device] = relationship()
    project: Mapped[Project] = relationship()


class Operation(Base):
    """A keyed call and its answer, kept for ever: the same key never works twice."""

    __tablename__ = "operations"
    __table_args__ = (UniqueConstraint("account_id", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    key: Mapped[str]
    verb: Mapped[str]
    content_hash: Mapped[str]
    answer: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class PinTries(Base):
    """Wrong PINs of one organization for one device since the last right one."""

    __tablename__ = "pin_tries"
    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"), primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
    failures: Mapped[int]
    locked_until: Mapped[datetime | None]
