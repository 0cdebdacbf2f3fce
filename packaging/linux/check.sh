#!/bin/sh
# Checks the .deb on a clean system: installs it as apt does, uses it as a plain user without Python, upgrades it with
# data in it, removes and purges it, and looks at what is left.
#
#   packaging/linux/check.sh [PACKAGE.deb] [SUITE…]      SUITE: bookworm (the default), trixie, …
#
# Needs root and debootstrap; where they are not, it says so and checks nothing. build/check keeps the clean systems.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd -P)
here=$root/packaging/linux
python=$root/.venv/bin/python
work=$root/build/check
package=
case ${1:-} in *.deb) package=$1 && shift ;; esac
[ -n "$package" ] || package=$(ls -t "$root"/dist/claiming-station_*_amd64.deb 2>/dev/null | head -n 1) || true
[ $# -gt 0 ] || set -- bookworm

say() { echo "check: $*"; }

stop() {
    echo "check: FAILED: $*" >&2
    exit 1
}

skip() {
    echo "check: SKIPPED: $*"
    exit 0
}

[ "$(id -u)" -eq 0 ] || skip "a clean system can be made by root only"
command -v debootstrap >/dev/null 2>&1 || skip "debootstrap is not installed (packaging/setup.sh deb)"
unshare --mount true 2>/dev/null || skip "this machine lets nobody mount"
[ -n "$package" ] && [ -f "$package" ] || stop "there is no package to check: make deb"
mkdir -p "$work"

# A clean system of a suite, packed; made once a week.
base() {
    packed=$work/$1.tar
    [ -z "$(find "$packed" -mtime -7 2>/dev/null)" ] || return 0
    say "making a clean $1"
    rm -rf "$work/$1.new"
    debootstrap --variant=minbase "$1" "$work/$1.new" >"$work/debootstrap.log" 2>&1 ||
        stop "debootstrap did not make a $1: $work/debootstrap.log"
    tar -C "$work/$1.new" --one-file-system -cf "$packed" .
    rm -rf "$work/$1.new"
}

# The same package with a lower version, for the upgrade.
older() {
    rm -rf "$work/older"
    dpkg-deb -R "$package" "$work/older"
    sed -i 's/^Version: .*/Version: 0.0.1~older/' "$work/older/DEBIAN/control"
    dpkg-deb --root-owner-group -Znone --build "$work/older" "$work/older.deb" >/dev/null
    rm -rf "$work/older"
}

look_at_the_files() {
    tree=$work/files
    rm -rf "$tree"
    dpkg-deb -x "$package" "$tree"
    if command -v desktop-file-validate >/dev/null 2>&1; then
        desktop-file-validate "$tree"/usr/share/applications/*.desktop || stop "the desktop file"
    fi
    if command -v appstreamcli >/dev/null 2>&1; then
        # The project has no domain of its own to be named after.
        appstreamcli validate --no-net --override=cid-desktopapp-is-not-rdns=info \
            "$tree"/usr/share/metainfo/*.xml >/dev/null || stop "the AppStream file"
    fi
    if command -v man >/dev/null 2>&1; then
        told=$(MANWIDTH=80 man --warnings -l "$tree/usr/share/man/man1/station.1.gz" 2>&1 >/dev/null)
        [ -z "$told" ] || stop "the manual page: $told"
    fi
    rm -rf "$tree"
    say "desktop file, AppStream file and manual page are right"
}

look_by_lintian() {
    if command -v lintian >/dev/null 2>&1; then
        # It knows no package that is packed by zstd, as quick builds are.
        lintian --fail-on error --suppress-tags malformed-deb-archive "$package" >"$work/lintian.log" 2>&1 ||
            stop "lintian: $(cat "$work/lintian.log")"
        say "lintian finds no error, and $(grep -c '^W' "$work/lintian.log" || true) warnings"
    fi
}

check_in() {
    suite=$1
    chroot=$work/root-$suite
    rm -rf "$chroot"
    mkdir -p "$chroot"
    tar -C "$chroot" -xf "$work/$suite.tar"
    mkdir -p "$chroot/check"
    cp "$package" "$chroot/check/newer.deb"
    cp "$work/older.deb" "$work/source.jsonl" "$here/in_chroot.sh" "$here/as_user.sh" "$chroot/check/"
    cp /etc/resolv.conf "$chroot/etc/resolv.conf"
    display=
    if command -v Xvfb >/dev/null 2>&1; then
        Xvfb -displayfd 3 -screen 0 1280x1024x24 -nolisten tcp -noreset -ac 3>"$work/display" >/dev/null 2>&1 &
        screen=$!
        trap 'kill $screen 2>/dev/null || true' EXIT
        for _ in $(seq 120); do
            [ -s "$work/display" ] || sleep 0.5
        done
        [ -s "$work/display" ] || stop "the screen does not start"
        display=:$(cat "$work/display")
    fi
    status=0
    mkdir -p "$chroot/tmp/.X11-unix" /tmp/.X11-unix
    # What is mounted for it goes with it, however it ends.
    # shellcheck disable=SC2016 # the inner shell expands it
    unshare --mount --pid --fork --kill-child --mount-proc="$chroot/proc" \
        sh -c 'mount --bind /tmp/.X11-unix "$0/tmp/.X11-unix" && exec chroot "$0" "$@"' \
        "$chroot" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        DISPLAY="$display" sh /check/in_chroot.sh || status=$?
    [ -z "$display" ] || kill "$screen" 2>/dev/null || true
    [ "$status" -eq 0 ] || stop "$suite: what is there stands in $chroot"
    "$python" "$here/compare.py" "$work/source.jsonl" "$chroot/check/installed.jsonl"
    rm -rf --one-file-system "$chroot"
    say "$suite: all is well"
}

say "$(basename "$package")"
look_at_the_files
older
say "the self-test of the source tree, to compare with"
QT_QPA_PLATFORM=offscreen "$python" -m station --self-test --json >"$work/source.jsonl" 2>/dev/null ||
    stop "the source tree does not pass its self-test: $work/source.jsonl"
for suite in "$@"; do
    base "$suite"
    check_in "$suite"
done
look_by_lintian
