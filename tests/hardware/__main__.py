"""``make hardware``: all checks on emulated devices, and one table of them."""

import sys

from tests.guest import GuestError, MissingError

from .inside import PARTS
from .running import Result, run_part


def main(parts: list[str]) -> int:
    results: list[Result] = []
    broken = False
    for part in parts or PARTS:
        print(f"starting a guest for the {part}", flush=True)
        try:
            results += run_part(part, _tell)
        except MissingError as error:
            print(f"skipped, {part}: {error}")
        except GuestError as error:
            broken = True
            print(f"FAIL {part}: {error}")
    for each in results:
        print(f"{'ok' if each.passed else 'FAIL':5}{each.seconds:7.1f} s  {each.name}  {each.reason}".rstrip())
    failed = sum(not each.passed for each in results)
    print(f"{len(results) - failed} of {len(results)} checks are ok")
    return 1 if failed or broken else 0


def _tell(line: str) -> None:
    if line.startswith("begin "):
        print(f"  {line.removeprefix('begin ')}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
