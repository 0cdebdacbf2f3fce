"""The ``disruptive`` client at work: the yardstick of the look-ups and claims over Disruptive's protocol.

Reads one JSON object on standard input (``base_url``, ``token_url``, ``key_id``, ``email``, ``secret``, ``project``,
``batch`` and the ``codes`` to look up and claim) and prints the seconds that both took, as JSON."""

import json
import sys
import time
from collections.abc import Sequence
from typing import Any

import disruptive


def work(asked: dict[str, Any]) -> dict[str, float]:
    disruptive.base_url = asked["base_url"]
    disruptive.request_timeout = 60  # its own 3 s would send a claim twice on a busy machine
    account = disruptive.Auth.service_account(asked["key_id"], asked["secret"], asked["email"])
    account.token_endpoint = asked["token_url"]
    disruptive.default_auth = account
    codes: Sequence[str] = asked["codes"]
    disruptive.Claim.claim_info(codes[0])  # signs in
    began = time.perf_counter()
    for code in codes:
        disruptive.Claim.claim_info(code)
    looked_up = time.perf_counter()
    for at in range(0, len(codes), asked["batch"]):
        part = list(codes[at : at + asked["batch"]])
        claimed, errors = disruptive.Claim.claim(asked["project"], device_ids=part, dry_run=False)
        if errors or len(claimed) != len(part):
            raise RuntimeError(f"not claimed: {errors[:3]}")
    return {"look-ups": looked_up - began, "claims": time.perf_counter() - looked_up}


if __name__ == "__main__":
    print(json.dumps(work(json.load(sys.stdin))))
