#!/bin/sh
# Writes the two lock files anew from pyproject.toml, with a uv of one version in a throw-away environment.
#
# Needs the environment in .venv ("make lock" sees to it). Versions that the lock files hold stay where they still
# fit; UPGRADE=1 takes the newest ones.
set -eu

cd "$(dirname "$0")/.."
workshop=$(mktemp -d)
trap 'rm -rf "$workshop"' EXIT
.venv/bin/python -m venv "$workshop/venv"
"$workshop/venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: uv==0.13.9

compile() {
    "$workshop/venv/bin/uv" pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-emit-index-url --no-emit-find-links --no-config ${UPGRADE:+--upgrade} "$@" >"$workshop/out"
}

compile --output-file packaging/requirements.lock
compile --group dev --constraints packaging/requirements.lock --output-file packaging/requirements-dev.lock
