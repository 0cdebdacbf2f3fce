"""Turns news about connections, wishes and troubles into lines for the banner."""

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QObject, Slot

from station.core.news import BadInput, ConnectionState, ImportProgress, LineState, Refused, Trouble, Undone
from station.words import Tone, advise, error_code, has, identifier_text, say, time_of_day, with_told_words

from .banner import Banner, Kind, Notice
from .bridge import Bridge
from .desk_state import DeskState
from .destinations import title_of
from .wishes import Wishes

UNDONE_S, WISH_S, BAD_INPUT_S, IMPORTED_S = 10, 12, 15, 8
LONGEST_QUOTE = 160
_VENDORS_WORD = frozenset({"refused", "no_answer"})


class Notices(QObject):
    """Listens to a ``Bridge`` and tells a ``Banner``."""

    def __init__(self, bridge: Bridge, banner: Banner, state: DeskState, wishes: Wishes,
                 parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._banner, self._state, self._wishes = banner, state, wishes
        self._open_queue: Callable[[], object] | None = None
        bridge.refused.connect(self._refuse)
        bridge.undone.connect(self._undo)
        bridge.imported.connect(self._import)
        bridge.bad_input.connect(self._bad)
        bridge.trouble.connect(self._trouble)
        state.changed.connect(self._line)

    def offer_queue(self, open_queue: Callable[[], object]) -> None:
        """From now on the line about a connection offers to look at what waits."""
        self._open_queue = open_queue
        self._line()

    @Slot()
    def _line(self) -> None:
        line = _cut_off(self._state)
        if line is None:
            self._banner.take_back(Kind.LINE)
            return
        title = title_of(self._state, line.connection)
        code = error_code(line.cause or "other", line.detail)
        if line.clock_off and abs(line.clock_off) > 60:
            text = say("banner.clock", n=round(abs(line.clock_off) / 60), title=title)
            text = f"{text}. {advise('error', 'clock', title=title).next_step}"
        elif line.state is LineState.PAUSED and not line.cause:
            text = f"{say('banner.paused', title=title)} {self._waiting()}".rstrip()
        else:
            counsel = advise("error", code, title=title)
            text = f"{counsel.cause}. {self._waiting() or counsel.meaning}"
        tone = Tone.WAITING if line.state is LineState.OFFLINE else Tone.UNKNOWN
        by_person = line.state is LineState.PAUSED and not line.cause
        queue = say("banner.queue") if self._open_queue is not None and self._state.plan.counts.queued else ""
        self._banner.tell(
            Notice(Kind.LINE, tone, text, line.detail, action=say("banner.resume" if by_person else "banner.try_now"),
                   act=lambda: self._wishes.try_now(line.connection), also=queue, act_also=self._open_queue)
        )

    def _waiting(self) -> str:
        """How many devices wait and since when, or an empty text."""
        counts = self._state.plan.counts
        if not counts.queued or counts.waiting_since is None:
            return ""
        return say("banner.queued", n=counts.queued, time=time_of_day(counts.waiting_since, datetime.now(UTC)))

    @Slot(object)
    def _refuse(self, refused: Refused) -> None:
        known = has(f"advice.wish.{refused.why}.cause") or not has(f"advice.error.{refused.why}.cause")
        title = refused.detail if known and refused.detail else say("banner.vendor")
        counsel = advise("wish" if known else "error", refused.why, title=title)
        said = " ".join(refused.detail.split())  # the vendor's own words, where it had some
        quoted = bool(said) and (not known or refused.why in _VENDORS_WORD)
        words = with_told_words(said[:LONGEST_QUOTE])
        cause = say("banner.quoted", cause=counsel.cause, words=words) if quoted else counsel.cause
        detail = " ".join(part for part in (counsel.meaning, said) if part)
        self._banner.tell(Notice(Kind.WISH, Tone.UNKNOWN, f"{cause}. {counsel.next_step}", detail, WISH_S))

    @Slot(object)
    def _undo(self, undone: Undone) -> None:
        item = undone.item
        text = say("banner.undone", row=item.number, identifier=identifier_text(item.identifier))
        back = say("banner.put_back")
        self._banner.tell(Notice(Kind.UNDONE, Tone.REPEAT, text, "", UNDONE_S, back, lambda: self._put_back(item.id)))

    def _put_back(self, item_id: int) -> None:
        self._banner.take_back(Kind.UNDONE)
        self._wishes.rows().restore([item_id])

    @Slot(object)
    def _import(self, progress: ImportProgress) -> None:
        text = say("banner.imported" if progress.done else "banner.importing", name=progress.name, read=progress.read,
                   kept=progress.kept)
        if progress.bad:
            text = f"{text}, {say('banner.bad_rows', n=progress.bad)}"
        tone = Tone.WAITING if not progress.done else Tone.UNKNOWN if progress.bad else Tone.DONE
        self._banner.tell(Notice(Kind.IMPORT, tone, text, "", IMPORTED_S if progress.done else 0))

    @Slot(object)
    def _bad(self, bad: BadInput) -> None:
        family = next((f for f in ("list", "picture", "refusal") if has(f"advice.{f}.{bad.problem}.cause")), "list")
        counsel = advise(family, bad.problem, detail=bad.detail)
        where = say("banner.at_row", name=bad.name, row=bad.row) if bad.row else bad.name
        text = f"{where}: {counsel.cause}. {counsel.next_step}"
        self._banner.tell(Notice(Kind.BAD_INPUT, Tone.PROBLEM, text, bad.detail, BAD_INPUT_S))

    @Slot(object)
    def _trouble(self, trouble: Trouble) -> None:
        family = "store" if has(f"advice.store.{trouble.code}.cause") else "trouble"
        counsel = advise(family, trouble.code, detail=trouble.detail)
        detail = " ".join(part for part in (counsel.meaning, trouble.detail) if part)
        self._banner.tell(Notice(Kind.TROUBLE, Tone.PROBLEM, f"{counsel.cause}. {counsel.next_step}", detail))


def _cut_off(state: DeskState) -> ConnectionState | None:
    """The connection over which nothing is sent just now: the chosen one before any other."""
    lines = [*([state.line] if state.line is not None else []), *state.lines.values()]
    return next((line for line in lines if line.state in (LineState.OFFLINE, LineState.PAUSED)), None)
