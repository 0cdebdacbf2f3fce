"""The options that several commands share."""

from typing import Annotated

import typer

Backend = Annotated[str, typer.Option("--backend", metavar="CONNECTION", help="The connection to work over.")]
By = Annotated[str, typer.Option("--by", metavar="OPERATOR", help="Who does it; kept with every batch and decision.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line on standard output.")]
Ids = Annotated[list[str] | None, typer.Argument(metavar="ID…", show_default=False, help="Texts of labels.")]
Wait = Annotated[float, typer.Option("--wait", metavar="SECONDS", min=0, help="How long to wait for outcomes.")]
Database = Annotated[str, typer.Option("--database", metavar="URL", help="Another database than the data folder's.")]
SealedFile = Annotated[
    bool, typer.Option("--sealed-file", help="Keep it in a file sealed by a passphrase (STATION_PASSPHRASE, or asked).")
]
