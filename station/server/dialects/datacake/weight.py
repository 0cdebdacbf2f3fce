"""Refuses documents that would cost more to answer than anybody needs, before any of their work is done."""

from dataclasses import dataclass, field
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

LONGEST = 50_000
"""Letters in a document."""
MOST_TOKENS = 5_000
DEEPEST = 20
"""A schema is read 16 deep."""
HEAVIEST = 2_000
"""Fields of one operation, its fragments written out."""
MOST_AT_ROOT = 60
"""Fields at an operation's root: claims, or lists of devices."""


def read(text: str) -> DocumentNode:
    """The parsed document, if it is one that may be carried out. Raises GraphQLError."""
    if len(text) > LONGEST:
        raise GraphQLError("The document is too long.")
    try:
        document = parse(text, max_tokens=MOST_TOKENS)
        _Scales(document).check()
    except RecursionError:
        raise GraphQLError("The document is nested too deeply.") from None
    return document


class Load(NamedTuple):
    """What a selection asks for, fragments written out: all fields, how deep they lie, and how many stand on top."""

    fields: int = 0
    depth: int = 0
    top: int = 0


@dataclass
class _Scales:
    document: DocumentNode
    _known: dict[str, Load] = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)

    def check(self) -> None:
        parts = self.document.definitions
        self._fragments = {part.name.value: part for part in parts if isinstance(part, FragmentDefinitionNode)}
        for part in parts:
            if not isinstance(part, OperationDefinitionNode):
                continue
            load = self._weigh(part.selection_set)
            if load.top > MOST_AT_ROOT:
                raise GraphQLError("The document asks for too many things at once.")
            if load.fields > HEAVIEST or load.depth > DEEPEST:
                raise GraphQLError("The document is nested too deeply or asks for too many fields.")

    def _weigh(self, selections: SelectionSetNode | None) -> Load:
        fields = depth = top = 0
        for one in selections.selections if selections else ():
            if isinstance(one, FragmentSpreadNode):
                below = self._fragment(one.name.value)
            else:
                below = self._weigh(getattr(one, "selection_set", None))
            own = isinstance(one, FieldNode)
            fields = min(fields + below.fields + own, 10 * HEAVIEST)
            depth = max(depth, below.depth + own)
            top = min(top + (1 if own else below.top), 10 * MOST_AT_ROOT)
        return Load(fields, depth, top)

    def _fragment(self, name: str) -> Load:
        if name in self._open:
            raise GraphQLError("A fragment holds itself.")
        fragment = self._fragments.get(name)
        if fragment is None:
            return Load()  # which the validation says
        if name not in self._known:
            self._open.add(name)
            self._known[name] = self._weigh(fragment.selection_set)
            self._open.discard(name)
        return self._known[name]
