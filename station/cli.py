"""The command line: which commands there are and what they take. What they do stands in ``station.commands``."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from . import __version__
from .commands import options
from .commands.answers import Exit, Stop, note
from .commands.families import connection, queue, registry, secret

# Each command's own module is imported when it is called: the whole station takes half a second to import.

app = typer.Typer(
    name="station", help="Scan, check and claim connected devices. Without a command the window opens.",
    no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
)
app.add_typer(queue, name="queue")
app.add_typer(registry, name="registry")
app.add_typer(secret, name="secret")
app.add_typer(connection, name="connection")

File = Annotated[str, typer.Option("--file", metavar="F", help="A list of labels; - reads standard input.")]
Fields = Annotated[
    list[str] | None, typer.Option("--field", metavar="K=V", help="A field that no label holds; never a secret one.")
]
Output = Annotated[Path | None, typer.Option(metavar="F", help="Write it to this file.")]


def run(argv: list[str]) -> int:
    """Do what a command line says; gives the exit status."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app(args=argv, prog_name="station")
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    except Stop as stop:
        note(f"station: {stop.sentence}")
        return int(stop.status)
    return 0


def _end(status: Exit) -> None:
    raise typer.Exit(int(status))


@app.callback(invoke_without_command=True)
def station(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False,
    self_test: Annotated[bool, typer.Option("--self-test", help="Prove that everything works here.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --self-test: JSON lines.")] = False,
    on_screen: Annotated[bool, typer.Option("--on-screen", help="With --self-test: show the window.")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit
    if self_test:
        from .selftest import prove

        _end(prove(as_json, on_screen))
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        _end(Exit.USAGE)


@app.command()
def decode(
    pictures: Annotated[list[Path], typer.Argument(metavar="PICTURE…")], as_json: options.AsJson = False
) -> None:
    """Read the codes in pictures and PDF files: a line a symbol."""
    from .commands.decoding import decode as do

    _end(do(pictures, as_json))


@app.command()
def check(
    ids: options.Ids = None, file: File = "", field: Fields = None, backend: options.Backend = "",
    keep: Annotated[bool, typer.Option("--keep", help="For scans without a network: say only how many.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Look up what kits and devices are and whether they can be claimed."""
    from .commands.finding import check as do

    _end(do(ids or [], file, field or [], backend, as_json, keep))


@app.command()
def claim(
    ids: options.Ids = None,
    file: File = "",
    target: Annotated[str, typer.Option("--target", metavar="T", help="Where they go: a target's ID or title.")] = "",
    batch: Annotated[str, typer.Option("--batch", metavar="NAME", help="Makes the claim repeatable.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run/--no-dry-run", help="Only say what would happen.")] = True,
    field: Fields = None,
    unseen_kits: Annotated[bool, typer.Option("--unseen-kits", help="Claim kits that nobody could look into.")] = False,
    backend: options.Backend = "",
    by: options.By = "",
    wait: options.Wait = 120.0,
    as_json: options.AsJson = False,
) -> None:
    """Claim kits and devices; a dry run unless --no-dry-run is given."""
    from .commands.claiming import Wanted
    from .commands.claiming import claim as do

    _end(do(Wanted(ids or [], file, field or [], target, batch, dry_run, unseen_kits, backend, by, wait, as_json)))


@app.command()
def targets(backend: options.Backend = "", as_json: options.AsJson = False) -> None:
    """List where devices can be claimed into."""
    from .commands.targeting import targets as do

    _end(do(backend, as_json))


@app.command()
def labels(
    output: Annotated[Path, typer.Option("--output", metavar="FILE", help="The PDF file.")] = Path("labels.pdf"),
    paper: Annotated[str, typer.Option(metavar="a4|letter", help="The country's own unless told.")] = "",
    backend: options.Backend = "",
) -> None:
    """Write a sheet of labels to be printed: commands, targets, operators, scanner tests."""
    from .commands.labels import labels as do

    _end(do(output, paper, backend))


@app.command()
def release(
    ids: Annotated[list[str], typer.Argument(metavar="ID…")],
    backend: options.Backend = "",
    by: options.By = "",
    yes: Annotated[bool, typer.Option("--yes", help="Release although the vendor then loses something.")] = False,
    wait: options.Wait = 60.0,
    as_json: options.AsJson = False,
) -> None:
    """Give devices back that this desk claimed."""
    from .commands.releasing import release as do

    _end(do(ids, backend, by, yes, wait, as_json))


@app.command()
def receipt(
    batch: Annotated[str, typer.Argument(metavar="BATCH", help="A batch's ID or name.")],
    pdf: Output = None,
    csv: Output = None,
    html: Output = None,
    xlsx: Output = None,
    as_json: options.AsJson = False,
) -> None:
    """Show a batch's receipt, or write it to files; it lists what is not settled."""
    from .commands.receipts import receipt as do

    _end(do(batch, {"pdf": pdf, "csv": csv, "html": html, "xlsx": xlsx}, as_json))


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any that is free.")] = 8470,
    database: options.Database = "",
    cert: Annotated[Path | None, typer.Option(metavar="F", help="The certificate (PEM).")] = None,
    key: Annotated[Path | None, typer.Option(metavar="F", help="The certificate's key (PEM).")] = None,
    behind_proxy: Annotated[bool, typer.Option("--behind-proxy", help="A proxy in front does TLS.")] = False,
    practice: Annotated[bool, typer.Option("--practice", help="Serve the sample delivery.")] = False,
    name: Annotated[list[str] | None, typer.Option(metavar="HOST", help="Another name of this server.")] = None,
) -> None:
    """Serve the bundled local backend to several desks."""
    from .commands.server import plan_serving
    from .commands.server import serve as do

    _end(do(plan_serving(host, port, database, cert, key, behind_proxy, practice, name or [])))


@app.command()
def about(
    licences: Annotated[bool, typer.Option("--licences", help="The parts and their licences.")] = False,
    sbom: Annotated[Path | None, typer.Option(metavar="F", help="Write the list of parts (CycloneDX) there.")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Say what this program is, what it runs on and what it is made of."""
    from .commands.about import tell_about

    _end(tell_about(licences, sbom, as_json))


@app.command()
def provision(
    settings: Annotated[Path | None, typer.Option(metavar="F", help="Settings for every user (TOML).")] = None,
    ca: Annotated[Path | None, typer.Option(metavar="F", help="Authorities to trust (PEM).")] = None,
    folder: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Instead of this computer's own.")] = None,
) -> None:
    """Put settings and authorities in place for every user of this computer."""
    from .commands.provisioning import provision as do

    _end(do(settings, ca, folder))


@app.command()
def doctor(
    backend: options.Backend = "",
    as_json: options.AsJson = False,
    try_window: Annotated[bool, typer.Option("--try-window", hidden=True)] = False,
) -> None:
    """Say what works on this machine, and how to mend what does not."""
    if try_window:
        from .ui.offscreen import open_screen

        typer.echo(open_screen())
        return
    from .commands.doctor import doctor as do

    _end(do(backend, as_json))


@app.command()
def demo(output: Annotated[Path, typer.Option(metavar="FOLDER", help="Where pictures and receipt go.")]) -> None:
    """Do the whole job without a screen: pictures in, look-up, dry run, claim, receipt out."""
    from .commands.demo import demo as do

    _end(do(output))


@app.command()
def record(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")],
    seconds: Annotated[float, typer.Option(min=0, help="For so long; without, until Ctrl+C.")] = 0.0,
    as_json: options.AsJson = False,
) -> None:
    """Scan with the scanners that are set up, and write down what they read; secrets are replaced."""
    from .commands.shifts import record as do

    _end(do(file, seconds, as_json))


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A recording.")],
    speed: Annotated[float, typer.Option(min=0, help="2: twice as fast; 0: without gaps.")] = 1.0,
    as_json: options.AsJson = False,
) -> None:
    """Play a recorded shift again: its scans come on this desk's table."""
    from .commands.shifts import replay as do

    _end(do(file, speed, as_json))
