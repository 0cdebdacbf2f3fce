#!/bin/sh
# What check.sh does as a plain user of the installed program: begin, go_on, prove, still_has.
set -eu
export HOME=/tester QT_QPA_PLATFORM=offscreen
cd "$HOME"
port=18470
settings=$HOME/.config/claiming-station/settings.toml
serving=

stop() {
    echo "FAILED: $*" >&2
    exit 1
}

# The practice server of this program, as another desk's would be.
serve() {
    station serve --practice --port "$port" >serve.log 2>&1 &
    serving=$!
    trap 'kill $serving 2>/dev/null || true' EXIT
    for _ in $(seq 120); do
        # The last of what it says.
        grep -q STATION_SECRET_PRACTICE_XYTE serve.log && return
        sleep 0.5
    done
    stop "the server does not start: $(cat serve.log)"
}

halt() {
    kill "$serving"
    wait "$serving" || true
}

# What waits makes the exit status 3; here it is what the lines say that counts.
queue() { station queue list --json || [ $? -eq 3 ]; }

begin() {
    serve
    mkdir -p "$(dirname "$settings")"
    printf '[station]\nname = "checked"\n\n' >"$settings"
    sed -n '/^\[backends.practice_local\]/,/^$/p' serve.log >>"$settings"
    export STATION_SECRET_PRACTICE_LOCAL_TOKEN
    STATION_SECRET_PRACTICE_LOCAL_TOKEN=$(sed -n 's/^# *STATION_SECRET_PRACTICE_LOCAL_TOKEN=//p' serve.log)
    echo "$STATION_SECRET_PRACTICE_LOCAL_TOKEN" >token
    station claim c1sample0000000000d0 --no-dry-run --by Anna --target oslo-west --batch first --json >claimed.jsonl
    grep -q '"progress": "claimed"' claimed.jsonl || stop "nothing was claimed: $(cat claimed.jsonl)"
    halt
    status=0
    station claim c1sample0000000000d1 --no-dry-run --by Anna --target oslo-west --batch second --wait 2 --json \
        >queued.jsonl || status=$?
    [ "$status" -eq 3 ] || stop "not queued: $status $(cat queued.jsonl)"
    queue >queue-before.jsonl
    station receipt first --json >receipt-before.jsonl
    [ -s queue-before.jsonl ] || stop "the queue is empty"
}

go_on() {
    STATION_SECRET_PRACTICE_LOCAL_TOKEN=$(cat token)
    export STATION_SECRET_PRACTICE_LOCAL_TOKEN
    queue >queue-after.jsonl
    cmp queue-before.jsonl queue-after.jsonl || stop "the queue is another one after the upgrade"
    station receipt first --json >receipt-after.jsonl
    cmp receipt-before.jsonl receipt-after.jsonl || stop "the receipt is another one after the upgrade"
    serve
    station queue sync --wait 60 --json >synced.jsonl || stop "what waited was not sent: $(cat synced.jsonl)"
    station receipt second --json | grep -q '"progress": "claimed"' || stop "what waited was not claimed"
    halt
}

prove() {
    station --version
    station --help >/dev/null
    LD_BIND_NOW=1 station decode /usr/lib/claiming-station/_internal/resources/labels/kit.png --json | grep -q maple ||
        stop "a function that a library wants is missing"
    station --self-test --json >self-test.jsonl || stop "$(grep '"ok": false' self-test.jsonl)"
    if [ -n "${DISPLAY:-}" ]; then
        env -u QT_QPA_PLATFORM station --self-test --on-screen >on-screen.txt || stop "$(cat on-screen.txt)"
        grep -q 'on xcb' on-screen.txt || stop "not on the screen: $(cat on-screen.txt)"
    fi
    complete
    open_a_picture
    grep 'window' on-screen.txt 2>/dev/null || echo "no screen here: not shown on one"
}

# What a Tab offers; bash is on every Debian.
complete() {
    # shellcheck disable=SC2016 # bash expands it
    bash -c '
        . /usr/share/bash-completion/completions/station
        COMP_WORDS=(station queue re) COMP_CWORD=2
        _station
        [ "${COMPREPLY[*]}" = "retry resume" ] || { echo "a Tab offers: ${COMPREPLY[*]}"; exit 1; }
    ' || stop "the completion"
}

# As a file manager does; what was read is in the database when its row is shown.
open_a_picture() {
    export STATION_HOME=$HOME/opened
    station /usr/lib/claiming-station/_internal/resources/labels/kit.png >opened.txt 2>&1 &
    opened=$!
    for _ in $(seq 60); do
        ! grep -aqs maple-harbor-lantern "$STATION_HOME"/data/practice/desk.db* || break
        sleep 0.5
    done
    kill "$opened"
    wait "$opened" || stop "the window: $(cat opened.txt)"
    grep -aqs maple-harbor-lantern "$STATION_HOME"/data/practice/desk.db* || stop "the picture was not read"
}

still_has() {
    [ -s "$settings" ] || stop "the settings are gone"
    [ -s "$HOME/.local/share/claiming-station/desk.db" ] || stop "the database is gone"
}

"$@"
