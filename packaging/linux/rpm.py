"""Makes the package for Fedora, openSUSE and their like, of the same tree; here it is only built, never installed."""

import os
import shutil
import subprocess
from pathlib import Path

import tree
from deb import LOADED_LATER
from project import DESCRIPTION, PACKAGE, SUMMARY, built, epoch, maintainer, news

FROM_DEBIAN = {"libzbar0": "libzbar.so.0()(64bit)"}
ELSEWHERE = {
    "usr/share/zsh/vendor-completions": "usr/share/zsh/site-functions",
    "usr/share/lintian": None,
}
"""What lies elsewhere there, or is of no use."""
COMPRESSIONS = {"xz": "w6.xzdio", "zstd": "w3.zstdio"}
UDEV = (
    "command -v udevadm >/dev/null 2>&1 && udevadm control --reload >/dev/null 2>&1 || :\n"
    "command -v udevadm >/dev/null 2>&1 && udevadm trigger --action=change --subsystem-match=hidraw "
    "--subsystem-match=input --subsystem-match=tty >/dev/null 2>&1 || :\n"
)


def build(program: Path, work: Path, output: Path, version: str, compression: str) -> Path:
    """Make the package of a built program; gives its path. Raises CalledProcessError and ValueError."""
    root, top = work / "rpm", work / "rpmbuild"
    for folder in (root, top):
        shutil.rmtree(folder, ignore_errors=True)
    tree.lay_out(root, program, version)
    _rearrange(root)
    tree.settle(root)
    top.mkdir(parents=True)
    recipe = top / f"{PACKAGE}.spec"
    recipe.write_text(spec(version, root, compression), encoding="utf-8")
    subprocess.run(
        ["rpmbuild", "-bb", "--quiet", "--define", f"_topdir {top}", "--define", "_dbpath /var/tmp", str(recipe)],
        check=True, env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch())}, stdout=subprocess.DEVNULL,
    )
    output.mkdir(parents=True, exist_ok=True)
    made = next((top / "RPMS").rglob("*.rpm"))
    return Path(shutil.copyfile(made, output / made.name))


def _rearrange(root: Path) -> None:
    for here, there in ELSEWHERE.items():
        if there is None:
            shutil.rmtree(root / here)
        else:
            (root / there).parent.mkdir(parents=True, exist_ok=True)
            (root / here).rename(root / there)


def spec(version: str, root: Path, compression: str) -> str:
    """rpmbuild's recipe. A version with "~" or "-" is written as rpm knows it. What libraries want is found by rpm."""
    needs = "\n".join(f"Requires: {FROM_DEBIAN[name]}" for name in LOADED_LATER)
    entries = "\n".join(f"- {entry}" for entry in news()).replace("%", "%%")
    return f"""%global __os_install_post %{{nil}}
%global debug_package %{{nil}}
%global _build_id_links none
%global _binary_payload {COMPRESSIONS[compression]}
%global _buildhost claiming-station
%global use_source_date_epoch_as_buildtime 1
%global clamp_mtime_to_source_date_epoch 1
%global __provides_exclude_from ^/usr/lib/{PACKAGE}/.*$
%global __requires_exclude {_own_libraries(root)}

Name: {PACKAGE}
Version: {version.replace("-", "~")}
Release: 1
Summary: {SUMMARY[0].upper()}{SUMMARY[1:]}
License: Apache-2.0
Packager: {maintainer()}
BuildArch: x86_64
{needs}

%description
{chr(10).join(DESCRIPTION)}

%install
cp -a {root}/. %{{buildroot}}

%post
{UDEV}
%postun
{UDEV}
%files
{_files(root)}

%changelog
* {built():%a %b %d %Y} {maintainer()} - {version.replace("-", "~")}-1
{entries}
"""


def _own_libraries(root: Path) -> str:
    """An expression for the libraries that come along: nobody else must provide them."""
    names = sorted({path.name for path in (root / tree.HOME).rglob("*.so*")})
    return "^(" + "|".join(name.replace(".", r"\\.").replace("+", r"\\+") for name in names) + r")(\\(.*)?$"


def _files(root: Path) -> str:
    """Folders of our own whole; in folders that all programs share, our files alone."""
    files = [path.relative_to(root) for path in sorted(root.rglob("*")) if path.is_symlink() or not path.is_dir()]
    return "\n".join([f"/{tree.HOME}", *(f"/{path}" for path in files if tree.HOME not in path.parents)])
