"""The commands that come in families: ``queue``, ``registry`` and ``secret``."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from . import options
from .answers import Exit

queue = typer.Typer(help="What waits to be sent, and what nobody can tell.", rich_markup_mode=None)
registry = typer.Typer(help="What the bundled server knows.", no_args_is_help=True, rich_markup_mode=None)
target = typer.Typer(help="The bundled server's targets.", no_args_is_help=True, rich_markup_mode=None)
secret = typer.Typer(help="Secrets of connections.", no_args_is_help=True, rich_markup_mode=None)
connection = typer.Typer(help="Connections to claiming systems.", no_args_is_help=True, rich_markup_mode=None)
registry.add_typer(target, name="target")

Connection = Annotated[str, typer.Argument(metavar="CONNECTION")]
SecretField = Annotated[str, typer.Argument(metavar="FIELD")]


def _end(status: Exit) -> None:
    raise typer.Exit(int(status))


@queue.callback(invoke_without_command=True)
def waiting(context: typer.Context, backend: options.Backend = "", as_json: options.AsJson = False) -> None:
    if context.invoked_subcommand is None:
        list_(backend, as_json)


@queue.command("list")
def list_(backend: options.Backend = "", as_json: options.AsJson = False) -> None:
    """Show what waits."""
    from .queueing import list_queue

    _end(list_queue(backend, as_json))


@queue.command()
def sync(backend: options.Backend = "", wait: options.Wait = 120.0, as_json: options.AsJson = False) -> None:
    """Send what waits, ask about what is unknown, and wait for it."""
    from .queueing import sync as do

    _end(do(backend, wait, as_json))


@queue.command()
def retry(backend: options.Backend = "", as_json: options.AsJson = False) -> None:
    """Try now what waits for its next try."""
    from .queueing import retry as do

    _end(do(backend, as_json))


@queue.command()
def pause(backend: options.Backend = "", as_json: options.AsJson = False) -> None:
    """Send nothing more on a connection until it is resumed."""
    from .queueing import pause as do

    _end(do(backend, False, as_json))


@queue.command()
def resume(backend: options.Backend = "", as_json: options.AsJson = False) -> None:
    """Send again on a connection."""
    from .queueing import pause as do

    _end(do(backend, True, as_json))


@queue.command()
def decide(
    id_: Annotated[str, typer.Argument(metavar="ID")],
    choice: Annotated[str, typer.Option("--as", metavar="claimed|free|refused|ask", help="What it is.")],
    by: options.By,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the decision.")],
    backend: options.Backend = "",
    as_json: options.AsJson = False,
) -> None:
    """Settle by hand what nobody can tell."""
    from station.desk.decisions import Choice

    from .queueing import decide as do

    if choice not in set(Choice):
        raise typer.BadParameter(f"{choice!r} is none of {', '.join(Choice)}", param_hint="--as")
    _end(do(id_, Choice(choice), by, reason, backend, as_json))


@queue.command("take-back")
def take_back(
    id_: Annotated[str, typer.Argument(metavar="ID")],
    by: options.By,
    backend: options.Backend = "",
    as_json: options.AsJson = False,
) -> None:
    """Take back what was not sent: it is not claimed unless it is claimed anew."""
    from .queueing import take_back as do

    _end(do(id_, by, backend, as_json))


@registry.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or XLSX with a header row.")],
    keep_good: Annotated[bool, typer.Option("--keep-good", help="Import the good rows all the same.")] = False,
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """Import kits and devices from a file."""
    from .server import import_registry

    _end(import_registry(file, database, keep_good, as_json))


@target.command()
def add(
    id_: Annotated[str, typer.Argument(metavar="ID")],
    title: Annotated[str, typer.Option(help="Its name on the screen.")] = "",
    organization: Annotated[str, typer.Option(help="Whose it is.")] = "",
    parent: Annotated[str, typer.Option(metavar="ID", help="The target that it lies in.")] = "",
    seats: Annotated[int | None, typer.Option(min=0, help="How many devices it takes.")] = None,
    closed: Annotated[bool, typer.Option("--closed", help="Nothing may be claimed into it.")] = False,
    expires: Annotated[datetime | None, typer.Option(help="When it closes (UTC).")] = None,
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """Add a target, or change the one of that ID."""
    from datetime import UTC

    from station.server.registry.house import Target

    from .server import put_target

    until = expires.replace(tzinfo=UTC) if expires and expires.tzinfo is None else expires
    wanted = Target(id_, title, organization, parent=parent, may_claim=not closed, seats=seats, expires_at=until)
    _end(put_target(wanted, database, as_json))


@secret.command("set")
def set_(
    connection: Connection,
    field: SecretField,
    in_file: options.SealedFile = False,
) -> None:
    """Keep a secret in the system's keyring; it is asked for, or read from standard input."""
    from .credentials import set_secret

    _end(set_secret(connection, field, in_file))


@secret.command("list")
def secrets(backend: options.Backend = "", as_json: options.AsJson = False) -> None:
    """Say where each secret is kept, never what it is."""
    from .credentials import list_secrets

    _end(list_secrets(backend, as_json))


@secret.command()
def remove(connection: Connection, field: SecretField) -> None:
    """Take a secret away from where it is kept."""
    from .credentials import remove_secret

    _end(remove_secret(connection, field))


@secret.command()
def adopt(backend: options.Backend = "") -> None:
    """Take secrets from environment variables into the system's keyring."""
    from .credentials import adopt_secrets

    _end(adopt_secrets(backend))


@secret.command()
def passphrase() -> None:
    """Change the passphrase of the sealed file."""
    from .credentials import change_passphrase

    _end(change_passphrase())


@connection.command("list")
def connections(as_json: options.AsJson = False) -> None:
    """Show the connections that are set up."""
    from .connections import list_connections

    _end(list_connections(as_json))


@connection.command("set")
def set_connection(
    connection: Connection,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="local, disruptive, xyte, datacake or here.")],
    keys: Annotated[list[str] | None, typer.Argument(metavar="KEY=VALUE…", show_default=False)] = None,
) -> None:
    """Add a connection to the settings, or change those of its keys that are named; secrets: station secret set."""
    from .connections import set_connection as do

    _end(do(connection, kind, keys or []))


@connection.command("remove")
def remove_connection(connection: Connection) -> None:
    """Take a connection and its secrets out of the settings."""
    from .connections import remove_connection as do

    _end(do(connection))


@connection.command("import")
def import_connection(
    connection: Connection,
    kind: Annotated[str, typer.Option(metavar="KIND", help="Whose credentials they are.")] = "disruptive",
    file: Annotated[str, typer.Option("--file", metavar="F", help="The vendor's credentials file.")] = "",
    in_file: options.SealedFile = False,
) -> None:
    """Set a connection up from a vendor's own credentials file or environment variables."""
    from .connections import import_connection as do

    _end(do(connection, kind, file, in_file))


@connection.command("try")
def try_connection(connection: Connection, as_json: options.AsJson = False) -> None:
    """Make a test call: who we are there, and what it sees."""
    from .connections import try_connection as do

    _end(do(connection, as_json))
