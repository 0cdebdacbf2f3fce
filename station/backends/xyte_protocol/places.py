"""Finds or makes a space by its path, one step at a time."""

from station.core.errors import CallError, Cause, RefusedError, TargetError, UnclearError
from station.core.target import Target

from ..wire.answers import Reply, shorten, take
from .answers import Space, read_space, targets_of
from .client import Client
from .outcomes import words_of
from .requests import space_request

LONGEST_STEP = 200
MOST_STEPS = 20


async def create(client: Client, path: str) -> Target:
    """The space of that path; steps that are missing are made, those that are there are found.

    A path begins at a space that lies in no other; with any other first step it lies in that one, if there is but one.
    One step goes with each request: whether the vendor takes a path for a name is told in two ways.
    """
    steps = [" ".join(step.split()) for step in path.split("/")]
    steps = [step for step in steps if step]
    odd = [step for step in steps if len(step) > LONGEST_STEP or not step.isprintable()]
    if odd or not 0 < len(steps) <= MOST_STEPS:
        raise RefusedError(Cause.BAD_REQUEST, "this is no path of spaces")
    spaces = await client.spaces()
    roots = [space for space in spaces.values() if space.parent not in spaces]
    above = next((space for space in roots if space.name == steps[0]), None)
    if above is not None:
        del steps[0]
    elif len(roots) == 1:
        above = roots[0]
    for step in steps:
        parent = above.id if above is not None else ""
        below = [space for space in spaces.values() if space.name == step and space.parent == parent]
        above = below[0] if below else await _make(client, step, parent)
        spaces[above.id] = above
    assert above is not None  # noqa: S101 - there was a first step
    return next(target for target in targets_of(spaces) if target.id == above.id)


async def _make(client: Client, name: str, parent: str) -> Space:
    reply = await client.change(space_request(name, parent))
    if reply.status >= 400:
        raise _refusal(reply)
    return take(reply, read_space, call=True)


def _refusal(reply: Reply) -> CallError:
    words = words_of(reply)
    if not words:
        return UnclearError(Cause.GARBAGE, shorten(reply.text, reply.secrets), reply.request_id, reply.status)
    kind = TargetError if reply.status == 404 else RefusedError
    cause = Cause.NO_TARGET if reply.status == 404 else Cause.BAD_REQUEST
    return kind(cause, words, reply.request_id, reply.status)
