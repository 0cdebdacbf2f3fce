"""All sentences that a person reads, from one translatable file, in an operator's words."""

from .advice import Advice, advice, advise, error_code
from .catalogue import choose_language, has, languages, say
from .headline import Headline, headline
from .status import Sentence, Tone, identifier_text, missing_words, status, what_it_is
from .times import age, since, time_of_day
from .told import told_words, with_told_words

__all__ = [
    "Advice",
    "Headline",
    "Sentence",
    "Tone",
    "advice",
    "advise",
    "age",
    "choose_language",
    "error_code",
    "has",
    "headline",
    "identifier_text",
    "languages",
    "missing_words",
    "say",
    "since",
    "status",
    "time_of_day",
    "told_words",
    "what_it_is",
    "with_told_words",
]
