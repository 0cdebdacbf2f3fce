#!/bin/sh
# Sets up what a make target needs: system packages, a virtual environment in .venv, the pinned Python packages.
#
#   packaging/setup.sh run        what the program needs
#   packaging/setup.sh test       and what its tests need
#   packaging/setup.sh postgres   and a PostgreSQL server
#   packaging/setup.sh hardware   and what a kernel of its own in QEMU needs, with a camera that is built for it
#   packaging/setup.sh build      and what the build of the program as one folder needs
#   packaging/setup.sh deb        and what the packages for Linux and their checks need
#   packaging/setup.sh windows    and what the installer for Windows needs, with Wine for its check where there is one
#
# Where nothing is to do it says nothing and ends at once. PYTHON=… names the interpreter to use.
set -eu

goal=${1:-run}
root=$(cd "$(dirname "$0")/.." && pwd -P)
cd "$root"
log=build/set-up.log
environment=.venv
mark=$environment/.set-up-$goal

# What Qt, its xcb and Wayland platforms, its sounds and the second decoder load, and the Debian package that
# holds it. Looked for by file, not by package: the packages' names differ between releases, the files' do not.
libraries='
libEGL.so.1=libegl1 libGL.so.1=libgl1 libglib-2.0.so.0=libglib2.0-0 libfontconfig.so.1=libfontconfig1
libfreetype.so.6=libfreetype6 libdbus-1.so.3=libdbus-1-3 libgssapi_krb5.so.2=libgssapi-krb5-2
libbrotlidec.so.1=libbrotli1 libzstd.so.1=libzstd1 libpulse.so.0=libpulse0 libzbar.so.0=libzbar0
libxkbcommon.so.0=libxkbcommon0 libxkbcommon-x11.so.0=libxkbcommon-x11-0
libX11.so.6=libx11-6 libX11-xcb.so.1=libx11-xcb1 libXext.so.6=libxext6 libXrandr.so.2=libxrandr2
libxcb-cursor.so.0=libxcb-cursor0 libxcb-icccm.so.4=libxcb-icccm4 libxcb-image.so.0=libxcb-image0
libxcb-keysyms.so.1=libxcb-keysyms1 libxcb-randr.so.0=libxcb-randr0 libxcb-render.so.0=libxcb-render0
libxcb-render-util.so.0=libxcb-render-util0 libxcb-shape.so.0=libxcb-shape0 libxcb-shm.so.0=libxcb-shm0
libxcb-sync.so.1=libxcb-sync1 libxcb-util.so.1=libxcb-util1 libxcb-xfixes.so.0=libxcb-xfixes0
libxcb-xkb.so.1=libxcb-xkb1 libwayland-client.so.0=libwayland-client0
libwayland-cursor.so.0=libwayland-cursor0 libwayland-egl.so.1=libwayland-egl1
'

# What the package for Linux leaves to the system, besides; its dependencies are read off what is installed here.
packaged='libcups.so.2=libcups2 liblapack.so.3=liblapack3 libxcb-glx.so.0=libxcb-glx0'
tools='
dpkg-shlibdeps=dpkg-dev lintian=lintian debootstrap=debootstrap desktop-file-validate=desktop-file-utils
appstreamcli=appstream man=man-db rpmbuild=rpm xz=xz-utils
'

say() { echo "set-up: $*"; }

stop() {
    echo "set-up: $*" >&2
    exit 1
}

# Runs a command quietly; where it fails, shows the end of what it said and stops with the sentence given first.
quietly() {
    sentence=$1
    shift
    if ! "$@" >"$log" 2>&1 </dev/null; then
        tail -n 15 "$log" >&2
        stop "$sentence (all of it: $log)"
    fi
}

lock() {
    case $goal in
        run) echo packaging/requirements.lock ;;
        *) echo packaging/requirements-dev.lock ;;
    esac
}

# What the mark must say for the set-up to be up to date: these recipes, and where they were carried out.
state() {
    echo "$root"
    sha256sum "$(lock)" packaging/setup.sh
}

suits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; }

has_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

# The interpreter to use: the machine's own python3 first, because its packages are the ones that apt can complete.
find_python() {
    incomplete=
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        suits "$candidate" || continue
        if has_venv "$candidate"; then
            echo "$candidate"
            return
        fi
        incomplete=${incomplete:-$candidate}
    done
    echo "$incomplete"
}

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'; }

missing_python() {
    python=$(find_python)
    if [ -z "$python" ] && command -v python3 >/dev/null 2>&1; then
        echo python3.13-venv # the machine's own is too old or too new
    elif [ -z "$python" ]; then
        echo python3 python3-venv
    elif ! has_venv "$python"; then
        echo "python$(version_of "$python")-venv"
    fi
}

missing_libraries() {
    known=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p)
    wanted=$libraries
    case $goal in build | deb) wanted="$libraries $packaged" ;; esac
    for pair in $wanted; do
        case $known in
            *"	${pair%%=*} "*) ;;
            *) echo "${pair#*=}" ;;
        esac
    done
}

missing_fonts() {
    found=$(find -L /usr/share/fonts /usr/local/share/fonts "${HOME:-/}/.local/share/fonts" \
        -name '*.[to]tf' 2>/dev/null | head -n 1) || true
    [ -n "$found" ] || echo fonts-dejavu-core
}

# A build takes Python's shared library along, which Debian keeps in a package of its own.
missing_python_library() {
    python=$(find_python)
    case $(command -v "$python") in
        /usr/bin/*) package="libpython$(version_of "$python")" ;;
        *) return 0 ;;
    esac
    PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep -q "$package" || echo "$package"
}

# A program of a package, also one that only root's path leads to.
missing_program() { PATH=$PATH:/sbin:/usr/sbin command -v "$1" >/dev/null 2>&1 || echo "$2"; }

# The kernel itself is fetched by the tests, unpacked and not installed.
missing_guest() {
    missing_program qemu-system-x86_64 qemu-system-x86
    missing_program modprobe kmod
    missing_program udevadm udev
    missing_program mke2fs e2fsprogs
    missing_program gcc gcc
    missing_program make make
    PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep -q 'libelf\.so\.1 ' || echo libelf1
}

missing_tools() {
    case $goal in
        run) return ;;
        postgres) ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || echo postgresql ;;
        hardware) missing_guest ;;
        windows)
            command -v makensis >/dev/null 2>&1 || echo nsis
            command -v x86_64-w64-mingw32-gcc >/dev/null 2>&1 || echo gcc-mingw-w64-x86-64
            command -v x86_64-w64-mingw32-windres >/dev/null 2>&1 || echo binutils-mingw-w64-x86-64
            command -v unzip >/dev/null 2>&1 || echo unzip
            command -v import >/dev/null 2>&1 || echo imagemagick
            [ "$(uname -m)" != x86_64 ] || command -v wine >/dev/null 2>&1 || echo wine wine64
            ;;
        build)
            command -v objcopy >/dev/null 2>&1 || echo binutils
            missing_python_library
            ;;
        deb)
            command -v objcopy >/dev/null 2>&1 || echo binutils
            missing_python_library
            for pair in $tools; do
                command -v "${pair%%=*}" >/dev/null 2>&1 || echo "${pair#*=}"
            done
            ;;
    esac
    command -v Xvfb >/dev/null 2>&1 || echo xvfb
    command -v setxkbmap >/dev/null 2>&1 || echo x11-xkb-utils
}

install_system_packages() {
    packages=$(
        missing_python
        missing_libraries
        missing_fonts
        missing_tools
    )
    # shellcheck disable=SC2086 # a list of words
    set -- $packages
    [ $# -gt 0 ] || return 0
    command -v apt-get >/dev/null 2>&1 ||
        stop "this system has no apt-get. Install what these Debian packages hold, then try again: $*"
    if [ "$(id -u)" -eq 0 ]; then
        root_do=
    elif sudo -n true >/dev/null 2>&1; then
        root_do='sudo -n'
    else
        stop "system packages are missing. Type this line, then try again:
  sudo apt-get update && sudo apt-get install --no-install-recommends -y $*"
    fi
    say "installing system packages: $*"
    # One source out of order is no reason to stop: the installation shows whether it matters.
    # shellcheck disable=SC2086 # empty or two words
    $root_do apt-get -q -o DPkg::Lock::Timeout=300 update >"$log" 2>&1 </dev/null || say "apt-get update had trouble: $log"
    # shellcheck disable=SC2086
    quietly "apt-get install failed" $root_do env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -o DPkg::Lock::Timeout=300 install --no-install-recommends -y "$@"
}

make_environment() {
    if suits "$environment/bin/python" && "$environment/bin/python" -m pip --version >/dev/null 2>&1; then
        return
    fi
    python=$(find_python)
    if [ -z "$python" ] || ! has_venv "$python"; then
        stop "no Python from 3.11 to 3.13 with its venv module was found; name one: make … PYTHON=/path/to/python"
    fi
    say "making $environment with Python $("$python" -c 'import platform; print(platform.python_version())')"
    rm -rf "$environment"
    quietly "the environment could not be made" "$python" -m venv "$environment"
}

install_python_packages() {
    say "installing $(grep -c '^[a-z]' "$(lock)") pinned Python packages (some minutes, the first time)"
    quietly "the Python packages could not be installed" "$environment/bin/python" -m pip install --no-input \
        --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r "$(lock)"
}

# Lets the environment's programs find the station from any folder, and adds the command of that name.
install_station() {
    folder=$("$environment/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    echo "$root" >"$folder/claiming_station.pth"
    # shellcheck disable=SC2016 # the written script expands it
    printf '#!/bin/sh\nexec "$(dirname "$0")/python" -m station "$@"\n' >"$environment/bin/station"
    chmod +x "$environment/bin/station"
}

case $goal in
    run | test | postgres | hardware | build | deb | windows) ;;
    *) stop "unknown goal '$goal': run, test, postgres, hardware, build, deb or windows" ;;
esac
if [ "$(cat "$mark" 2>/dev/null)" = "$(state)" ] && suits "$environment/bin/python"; then
    exit 0
fi
mkdir -p build
install_system_packages
case $goal in build | deb) install_system_packages ;; esac # only now it is known which Python there is
make_environment
install_python_packages
install_station
# The first start is as quick as the second. Where it cannot be written, Python compiles as it goes.
"$environment/bin/python" -m compileall -q station >/dev/null 2>&1 || true
case $goal in run) reached=run ;; test) reached='run test' ;; *) reached="run test $goal" ;; esac
for goal in $reached; do
    state >"$environment/.set-up-$goal"
done
say "ready"
