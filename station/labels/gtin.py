"""The check digit of trade item numbers (GTIN-8, 12, 13, 14) and of the other GS1 keys."""


def has_check_digit(digits: str) -> bool:
    """Whether the last digit is right: weights 3 and 1 from the right (GS1 General Specifications, 7.9)."""
    if not (digits.isascii() and digits.isdigit()) or len(digits) < 8:
        return False
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(reversed(digits)))
    return total % 10 == 0
