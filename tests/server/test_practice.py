"""Practice: what each dialect brings for it, filled in at every start, and the settings that lead there."""

import logging
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from station.server import dialects
from station.server.auth import INSIDE_LABEL, SERVED_LABEL
from station.server.database import Database
from station.server.practice import PRACTICE_TOKEN, practice_settings
from station.server.registry.house import PRACTICE_ORGANIZATION, Target, has_token, let_in, opened
from station.server.rows import BadRow, Row, read_rows
from station.server.sample import DELIVERY, fill, fill_dialects
from station.server.tables import Account, Claim, Credential, Device, Project, Token
from tests.server.desks import START, Desk, by_code, outcomes, practice_app, with_desk

PRACTICES = dialects.practices()


@dataclass
class MadeUp:
    """A dialect's practice with two devices, one of which is claimed."""

    DELIVERY: Path
    TARGETS: tuple[Target, ...] = (
        Target("made-up-1", "Made up", PRACTICE_ORGANIZATION, vendor="made-up"),
        Target("made-up-2", "Theirs", "northwind", vendor="made-up"),
    )
    granted: list[int] = field(default_factory=list)

    def grant(self, session: Session, account: Account, now: datetime) -> None:
        assert (account.name, account.organization.slug) == ("station", PRACTICE_ORGANIZATION)
        self.granted.append(account.id)
        kept = select(Credential.id).where(Credential.vendor == "made-up")
        if session.scalars(kept).first() is None:
            session.add(
                Credential(account_id=account.id, vendor="made-up", name="k", secret="s", extra="", basic=True)
            )

    def connection(self, address: str) -> tuple[dict[str, object], dict[str, str]]:
        return {"base_url": f"{address}/made-up"}, {"token": "known"}


def made_up(folder: Path, *rows: str) -> MadeUp:
    file = folder / "made_up.csv"
    file.write_text("\n".join(["vendor,device_id,organization,target", *rows]), encoding="utf-8")
    return MadeUp(file)


def count(database: Database, kind: type[Device | Credential | Project]) -> int:
    return database.read(lambda session: session.scalar(select(func.count()).select_from(kind))) or 0


def test_a_start_adds_what_is_missing_and_nothing_else(empty_url: str, tmp_path: Path) -> None:
    first = made_up(tmp_path, "made-up,M-1,,", "made-up,M-2,northwind,made-up-2")
    with opened(empty_url) as database:
        assert fill(database, START)
        sample = count(database, Device)
        for _ in range(2):
            fill_dialects(database, {"made-up": first}, START, known_secrets=True)
        assert count(database, Device) == sample + 2
        assert (len(first.granted), count(database, Credential)) == (2, 1)

        def practise(session: Session) -> None:
            session.scalars(select(Claim).join(Device).where(Device.device_id == "M-2")).one().slot = None
            session.scalars(select(Project).where(Project.slug == "made-up-1")).one().title = "Ours"

        database.write(practise)
        later = made_up(tmp_path, "made-up,M-1,example,made-up-1", "made-up,M-2,northwind,made-up-2", "made-up,M-3,,")
        fill_dialects(database, {"made-up": later}, START, known_secrets=True)
        assert count(database, Device) == sample + 3

        def look(session: Session) -> tuple[int | None, str]:
            live = select(func.count()).select_from(Claim).join(Device)
            title = select(Project.title).where(Project.slug == "made-up-1")
            made_up = live.where(Device.vendor == "made-up", Claim.slot.is_not(None))
            return session.scalar(made_up), session.scalars(title).one()

        assert database.read(look) == (0, "Ours"), "what was practised stays as it was left"


def test_one_that_cannot_be_read_keeps_no_other_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bad = made_up(tmp_path, "made-up,M-1,nobody,nowhere")
    good = MadeUp(tmp_path / "good.csv")
    good.DELIVERY.write_text("vendor,device_id\nmade-up,M-2\n", encoding="utf-8")
    caplog.set_level(logging.CRITICAL, logger="station.server.sample")
    with opened(f"sqlite:///{tmp_path / 'r.db'}") as database:
        fill(database, START)
        before = count(database, Device)
        fill_dialects(database, {"bad": bad, "gone": MadeUp(tmp_path / "none.csv"), "good": good}, START,
                      known_secrets=True)
        assert count(database, Device) == before + 1


def test_known_secrets_are_taken_back_where_strangers_come_near(tmp_path: Path) -> None:
    practice = made_up(tmp_path, "made-up,M-1,,")
    with opened(f"sqlite:///{tmp_path / 'r.db'}") as database:
        fill(database, START)
        fill_dialects(database, {"made-up": practice}, START, known_secrets=True)
        database.write(lambda session: let_in(session, "an-own-token", START, SERVED_LABEL, practice=True))
        fill_dialects(database, {"made-up": practice}, START, known_secrets=False)
        assert (count(database, Credential), has_token(database)) == (0, True)
        fill_dialects(database, {"made-up": practice}, START, known_secrets=True)
        assert count(database, Credential) == 1


def test_two_servers_on_one_database_keep_their_own_tokens(empty_url: str) -> None:
    with opened(empty_url) as database:
        database.write(lambda session: let_in(session, "inside-1", START, INSIDE_LABEL, practice=False))
        assert not has_token(database), "the station's own token is no way in for others"
        database.write(lambda session: let_in(session, "served-1", START, SERVED_LABEL, practice=False))
        database.write(lambda session: let_in(session, "served-2", START, SERVED_LABEL, practice=False))

        def alive(session: Session) -> list[str]:
            return sorted(session.scalars(select(Token.label).where(Token.revoked_at.is_(None))))

        assert database.read(alive) == sorted([INSIDE_LABEL, SERVED_LABEL])


@pytest.mark.parametrize("name", sorted(PRACTICES))
def test_each_dialects_delivery_is_good_and_its_own(name: str) -> None:
    practice = PRACTICES[name]
    rows = list(read_rows(practice.DELIVERY))
    assert [row for row in rows if isinstance(row, BadRow)] == []
    good = [row for row in rows if isinstance(row, Row)]
    assert {row.vendor for row in good} == {name}
    assert {target.vendor for target in practice.TARGETS} == {name}
    sample = {row.device_id for row in read_rows(DELIVERY) if isinstance(row, Row)}
    assert not sample & {row.device_id for row in good}


def test_every_dialect_can_be_practised(url: str, caplog: pytest.LogCaptureFixture) -> None:
    wanted = {(row.vendor, row.device_id) for practice in PRACTICES.values() for row in read_rows(practice.DELIVERY)
              if isinstance(row, Row)}

    async def story(desk: Desk) -> None:
        assert (await desk.get("/health")).json()["practice"] is True
        assert outcomes(await desk.claim(by_code("c1sample0000000000d0"))) == ["claimed_now"]

    with_desk(practice_app(url, practice=True), story)
    with opened(url) as database:
        there = database.read(lambda session: set(session.execute(select(Device.vendor, Device.device_id)).all()))
    assert wanted <= {(vendor, device) for vendor, device in there}
    assert caplog.text == ""


def test_what_practice_needs_is_read_without_what_the_dialects_answer_with() -> None:
    program = "import sys; from station.server import dialects; dialects.practices(); print('graphql' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]


def test_the_printed_settings_hold_no_secret() -> None:
    printed = practice_settings("http://127.0.0.1:8470")
    backends: Mapping[str, dict[str, object]] = tomllib.loads(printed)["backends"]
    assert set(backends) == {f"practice_{name}" for name in ("local", *PRACTICES)}
    assert backends["practice_local"] == {"kind": "local", "base_url": "http://127.0.0.1:8470"}
    settings, _, comments = printed.partition("# The secrets")
    for name, practice in PRACTICES.items():
        values, secrets = practice.connection("http://127.0.0.1:8470")
        assert backends[f"practice_{name}"] == {"kind": name, **values}
        for field_name, secret in secrets.items():
            assert secret not in settings
            assert f"# STATION_SECRET_PRACTICE_{name.upper()}_{field_name.upper()}={secret}\n" in comments
    assert f"# STATION_SECRET_PRACTICE_LOCAL_TOKEN={PRACTICE_TOKEN}\n" in comments
    assert set(tomllib.loads(practice_settings("http://127.0.0.1:1", known_secrets=False))["backends"]) == {
        "practice_local"
    }
