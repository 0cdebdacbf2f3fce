#!/bin/sh
# What check.sh does inside the clean system, as root: install, use, upgrade, remove, purge, and look at what is left.
set -eu
cd /check

say() { echo "  $*"; }

stop() {
    echo "  FAILED: $*" >&2
    exit 1
}

quietly() { "$@" >/check/log 2>&1 || { tail -n 20 /check/log >&2 && stop "$*"; }; }

apt() { quietly apt-get -q -y -o Dpkg::Use-Pty=0 -o APT::Sandbox::User=root --no-install-recommends "$@"; }

# Everything but what apt, dpkg and others write about any package, and the test's own user.
files() {
    find / -xdev \( -path /proc -o -path /check -o -path /tester -o -path /tmp -o -path /var/cache -o -path /var/log \
        -o -path /var/lib/apt -o -path /var/lib/dpkg -o -path /var/lib/systemd \) -prune -o -print | sort
}

as_user() { quietly su -s /bin/sh tester -c "sh /check/as_user.sh $*"; }

apt update
useradd --create-home --home-dir /tester tester
files >before.txt

say "install an older version by apt; there is no Python"
apt install ./older.deb
command -v python3 >/dev/null && stop "a Python came along"
dpkg --verify claiming-station | grep . && stop "installed files differ from the package's"
as_user begin

say "upgrade with claimed and queued devices in the database"
apt install ./newer.deb
[ "$(dpkg-query -W -f '${Status}' claiming-station)" = "install ok installed" ] || stop "the upgrade"
as_user go_on

say "self-test as a plain user, in memory and on a screen"
as_user prove
tail -n 1 /check/log | sed 's/^/  /'
cp /tester/self-test.jsonl /check/installed.jsonl

say "remove: the program is gone, the user's data stays"
apt remove claiming-station
[ ! -e /usr/lib/claiming-station ] || stop "files stay: $(find /usr/lib/claiming-station | head -n 3)"
[ ! -e /usr/bin/station ] || stop "the command stays"
as_user still_has

say "purge: nothing is left"
apt purge claiming-station
apt purge --autoremove
files >after.txt
dpkg -l claiming-station 2>/dev/null | grep -q '^[a-z]' && stop "dpkg still knows the package"
# Other packages leave caches and accounts behind when they are purged; ours had a name of its own in all of its paths.
grep -i station after.txt && stop "files of ours are left"
comm -13 before.txt after.txt >left.txt
while read -r path; do
    case $path in
        /etc/ld.so.cache* | /etc/group- | /etc/gshadow- | /etc/passwd- | /etc/shadow-) ;;
        *) say "left behind by another package: $path" ;;
    esac
done <left.txt
