"""Compares answers by their shape: the same keys and kinds of value, whatever the values are."""

from typing import Any


def differences(expected: Any, actual: Any, at: str = "$") -> list[str]:
    """Where ``actual`` has another shape than ``expected``; empty where they agree.

    Each entry of a list must have the shape of some entry of the expected one; an empty list fits only an empty one.
    """
    if isinstance(expected, dict) and isinstance(actual, dict):
        odd = [f"{at}.{key}: missing" for key in expected.keys() - actual.keys()]
        odd += [f"{at}.{key}: not expected" for key in actual.keys() - expected.keys()]
        same = sorted(expected.keys() & actual.keys())
        return odd + [line for key in same for line in differences(expected[key], actual[key], f"{at}.{key}")]
    if isinstance(expected, list) and isinstance(actual, list):
        if bool(expected) is not bool(actual):
            return [f"{at}: one of the lists is empty"]
        tried = [[differences(form, entry, f"{at}[{n}]") for form in expected] for n, entry in enumerate(actual)]
        return [line for forms in tried for line in min(forms, key=len)]
    return [] if _kind(expected) == _kind(actual) else [f"{at}: {_kind(actual)} in place of {_kind(expected)}"]


def _kind(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    return "number" if isinstance(value, int | float) else type(value).__name__
