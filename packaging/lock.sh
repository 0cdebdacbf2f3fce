#!/bin/sh
# Writes the three lock files anew from pyproject.toml, with a uv of one version in a throw-away environment.
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
    "$workshop/venv/bin/uv" pip compile pyproject.toml --quiet --generate-hashes \
        --no-header --no-emit-index-url --no-emit-find-links --no-config ${UPGRADE:+--upgrade} "$@" >"$workshop/out"
}

anywhere='--universal --python-version 3.11'
# What the Windows installer takes along, for its Python and nothing else. Without pyzbar: its library needs a
# run-time of Microsoft's that neither the wheel nor Windows has. Without what colours help and tracebacks, which the
# command line does not ask for and the others do without.
windows='--python-platform x86_64-pc-windows-msvc --python-version 3.13'
for name in pyzbar pygments rich markdown-it-py mdurl; do windows="$windows --no-emit-package $name"; done

# shellcheck disable=SC2086 # lists of words
compile $anywhere --output-file packaging/requirements.lock
# shellcheck disable=SC2086
compile $anywhere --group dev --constraints packaging/requirements.lock --output-file packaging/requirements-dev.lock
# shellcheck disable=SC2086
compile $windows --constraints packaging/requirements.lock --output-file packaging/requirements-windows.lock
