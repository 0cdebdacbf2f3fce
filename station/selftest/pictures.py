"""Whether each library that reads codes reads a label picture that comes with the station."""

from station.folders import resources

from .told import Told

PICTURE = "kit.png"
CODE = "maple-harbor-lantern"


def read_with_each_engine() -> Told:
    """Read the same picture with each engine that is there, and with the whole road of a picture file."""
    # Imported here: the libraries are large, and one of them may be the one that fails.
    from station.scanners.pictures import read_picture
    from station.vision.engines import engines, read_with_zbar, read_with_zxing
    from station.vision.picture import pages

    path = resources() / "labels" / PICTURE
    grey = next(iter(pages(path.read_bytes())))
    readers = {"zxing-cpp": read_with_zxing, "zbar": read_with_zbar}
    told: list[str] = []
    names: list[str] = []
    for engine in engines():
        if not engine.available:
            told.append(f"{engine.name} not available ({engine.reason})")
            continue
        read = [symbol.text for symbol in readers[engine.name](grey)]
        if not any(CODE in text for text in read):
            raise RuntimeError(f"{engine.name} does not read {PICTURE}")
        told.append(f"{engine.name} {engine.version}")
        names.append(engine.name)
    if not any(CODE in symbol.text for symbol in read_picture(path)):
        raise RuntimeError(f"{PICTURE} is not read from its file")
    return Told(", ".join(told), tuple(names))
