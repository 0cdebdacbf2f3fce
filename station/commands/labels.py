"""``station labels``: a sheet of labels for the desk, to be printed: commands, targets, operators and scanner tests."""

from pathlib import Path

from station.command_labels import sections
from station.core.errors import CallError
from station.core.target import Target
from station.desk import places
from station.words import say

from .answers import Exit, Stop, note
from .running import find_settings, running, why


def labels(output: Path, paper: str, backend: str) -> Exit:
    """Write the sheet as PDF. Where the targets cannot be asked for, it says so and has none."""
    from station.ui.label_sheet import Paper, sheet_pdf, usual_paper
    from station.ui.offscreen import application
    from station.ui.printing import save_bytes

    if paper.lower() not in ("", *Paper):
        raise Stop(say("cli.no_paper", paper=paper, known=", ".join(Paper)))
    settings, _ = find_settings()
    application()
    wanted = Paper(paper.lower()) if paper else usual_paper()
    known = dict.fromkeys(name for name in (settings.operator, *settings.operators) if name)
    try:
        save_bytes(sheet_pdf(sections(_targets(backend), known), wanted), output)
    except OSError as error:
        detail = error.strerror or str(error)
        raise Stop(say("cli.not_written", name=str(output), detail=detail), Exit.REFUSED) from error
    note(say("cli.written", name=str(output)))
    return Exit.DONE


def _targets(backend: str) -> list[Target]:
    with running() as session:
        standing = session.stand(backend)
        try:
            _, found = session.ask(standing.connection, places.read)
        except CallError as error:
            note(why(error, standing.title))
            return []
    return list(found)
