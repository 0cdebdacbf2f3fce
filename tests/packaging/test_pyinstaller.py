"""What the built program takes along and leaves out."""

import pkgutil
from importlib import metadata
from importlib.util import find_spec

import station
from tests.packaging.recipes import ROOT, recipes

LIBRARY = "/usr/lib/x86_64-linux-gnu/"


def test_every_module_of_ours_is_taken_along() -> None:
    with recipes("pyinstaller", "by_name") as (by_name,):
        named = set(by_name.ours())
    found = {each.name for each in pkgutil.walk_packages(station.__path__, "station.")}
    found = {name for name in found if all(part.isidentifier() for part in name.split("."))}
    assert found <= named
    assert {"station.server.dialects.here.practice", "station.scanners.hid_pos", "station.store.migrations.v0001",
            "station.labels.grammars.matter", "station.backends.xyte_protocol.client"} <= named


def test_what_others_load_by_name_is_there() -> None:
    with recipes("pyinstaller", "by_name") as (by_name,):
        for name in (*by_name.OTHERS, *by_name.SINGLE):
            assert find_spec(name) is not None, name
        for name in by_name.METADATA:
            assert metadata.version(name)


def test_libraries_of_the_system_stay_with_it() -> None:
    with recipes("pyinstaller", "trim") as (trim,):
        for name in ("libgtk-3.so.0", "libzbar.so.0", "libssl.so.3", "libX11.so.6"):
            assert trim.is_host_library(name, LIBRARY + name)
        for name, source in (
            ("libpython3.11.so.1.0", LIBRARY + "libpython3.11.so.1.0"),
            ("libbz2.so.1.0", LIBRARY + "libbz2.so.1.0"),
            ("python3.11/lib-dynload/_ssl.so", "/usr/lib/python3.11/lib-dynload/_ssl.so"),
            ("cv2/cv2.abi3.so", "/usr/lib/python3/dist-packages/cv2/cv2.abi3.so"),
            ("PySide6/Qt/lib/libQt6Core.so.6", "/srv/.venv/lib/site-packages/PySide6/Qt/lib/libQt6Core.so.6"),
        ):
            assert not trim.is_host_library(name, source)


def test_screens_stay_and_the_build_machines_theme_goes() -> None:
    plugins = "PySide6/Qt/plugins/"
    with recipes("pyinstaller", "trim") as (trim,):
        for name in ("platforms/libqxcb.so", "platforms/libqwayland.so", "platforms/libqoffscreen.so",
                     "imageformats/libqsvg.so", "imageformats/libqjpeg.so", "printsupport/libcupsprintersupport.so",
                     "wayland-shell-integration/libxdg-shell.so"):
            assert not trim.is_unused_qt(plugins + name)
        for name in ("platformthemes/libqgtk3.so", "platforms/libqvnc.so", "multimedia/libffmpegmediaplugin.so"):
            assert trim.is_unused_qt(plugins + name)
        assert not trim.is_unused_qt("cv2/platforms/libqvnc.so")


def test_only_what_the_lock_file_names_is_shipped() -> None:
    with recipes("pyinstaller", "trim") as (trim,):
        pinned = trim.pinned(ROOT / "packaging" / "requirements.lock")
        assert {"pyside6", "numpy", "keyring"} <= pinned
        assert "pytest" not in pinned
        owners = {"numpy": ["numpy"], "pytest": ["pytest"], "yaml": ["PyYAML"],
                  "jaraco": ["jaraco.text", "jaraco.classes"]}
        assert trim.foreign_modules({"numpy", "jaraco-classes"}, owners) == ["pytest", "yaml"]
        assert {"pytest", "mypy", "hypothesis"} <= set(trim.foreign_modules(pinned))


def test_a_library_that_nothing_needs_is_left_out() -> None:
    wants = {"/s/QtGui.so": ["libQt6Gui.so.6", "libc.so.6"], "/s/libQt6Gui.so.6": ["libicu.so.73"],
             "/s/libQt6Quick.so.6": ["libQt6Qml.so.6"]}
    entries = [
        ("PySide6/QtGui.so", "/s/QtGui.so", "EXTENSION"),
        *((f"PySide6/Qt/lib/{name}", f"/s/{name}", "BINARY")
          for name in ("libQt6Gui.so.6", "libicu.so.73", "libQt6Quick.so.6", "libQt6Qml.so.6")),
        ("libicu.so.73", "PySide6/Qt/lib/libicu.so.73", "SYMLINK"),
        ("libQt6Qml.so.6", "PySide6/Qt/lib/libQt6Qml.so.6", "SYMLINK"),
        ("libpython3.11.so.1.0", "/s/libpython3.11.so.1.0", "BINARY"),
    ]
    with recipes("pyinstaller", "trim") as (trim,):
        kept = trim.without_unneeded(entries, lambda source: wants.get(source, []))
    assert [name for name, _source, _kind in kept] == [
        "PySide6/QtGui.so", "PySide6/Qt/lib/libQt6Gui.so.6", "PySide6/Qt/lib/libicu.so.73", "libicu.so.73",
        "libpython3.11.so.1.0",
    ]
