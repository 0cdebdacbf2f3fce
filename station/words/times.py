"""Ages and times of day as a person says them."""

from datetime import datetime

from .catalogue import say

MINUTE, HOUR, DAY = 60, 3600, 86400


def age(at: datetime, now: datetime) -> str:
    """How long ago, for the table: "now", "12 s", "3 min", "3 h", "2 d". A time ahead of the clock is "now"."""
    seconds = (now - at).total_seconds()
    if seconds < 5:
        return say("age.now")
    if seconds < MINUTE:
        return say("age.seconds", count=int(seconds))
    if seconds < HOUR:
        return say("age.minutes", count=int(seconds // MINUTE))
    if seconds < DAY:
        return say("age.hours", count=int(seconds // HOUR))
    return say("age.days", count=int(seconds // DAY))


def since(at: datetime, now: datetime) -> str:
    """How long ago, within a sentence: "just now", "3 h ago"."""
    text = age(at, now)
    return say("age.just_now") if text == say("age.now") else say("age.ago", age=text)


def time_of_day(at: datetime, now: datetime) -> str:
    """The local time of day, "14:02"; with the date where it was another day: "19 Nov 14:02"."""
    local, today = at.astimezone(), now.astimezone()
    if local.date() == today.date():
        return local.strftime("%H:%M")
    month = say(f"month.{local.month}")
    return say("age.other_day", day=local.day, month=month, time=local.strftime("%H:%M"))
