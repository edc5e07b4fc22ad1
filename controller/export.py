"""From the store to a package folder: written under another name, synced, then renamed; never overwritten.

Source: `docs/protocol.md` section 10.
"""

import os
import shutil
from pathlib import Path

from controller.recorder import Memory
from controller.service import unix_ms
from controller.store import Store
from protocol.errors import ChamberError
from protocol.keys import Signer
from protocol.package import Source, build_package


class OutputRefused(ChamberError):
    """The place for the output cannot be written: no permission, full, not a folder."""

    code = "output"


def export_package(store: Store, memory: Memory, checkpoint: bytes, sitting: str, signer: Signer, out: Path) -> Path:
    """Write the next version of a sitting's package below `out`. Returns `out/{sitting}/v{n}`.

    Raises `NothingToExport`, `StoreFailed`, `OutputRefused`.
    """
    leaves = [leaf for some in store.leaves() for leaf in some]
    source = Source(memory.state, memory.tree, leaves, checkpoint, memory.blobs)
    try:
        version, target = next_version(out / sitting)
        files = build_package(source, sitting, version, signer, unix_ms())
        write_folder(files, target)
    except OSError as error:
        raise OutputRefused(f"cannot write the package to {out}: {error.strerror or error}") from error
    return target


def next_version(folder: Path) -> tuple[int, Path]:
    """The next free version number in a sitting's folder, which need not exist yet, and its path."""
    if not folder.exists():
        return 1, folder / "v1"
    taken = [int(path.name[1:]) for path in folder.iterdir() if path.name[:1] == "v" and path.name[1:].isdecimal()]
    version = max(taken, default=0) + 1
    return version, folder / f"v{version}"


def write_folder(files: dict[str, bytes], target: Path) -> None:
    """Write all files beside the target and rename the folder into place, so that nobody sees half of it."""
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        for path, data in files.items():
            place = part / path
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        for folder in {part, *((part / path).parent for path in files)}:
            _sync(folder)
        part.rename(target)
        _sync(target.parent)
    except OSError:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_writable(out: Path) -> None:
    """Find out before any work that packages can be written to `out`. Raises `OutputRefused`."""
    probe = out / f".probe-{os.getpid()}"
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"chamber")
        probe.unlink()
    except OSError as error:
        raise OutputRefused(f"cannot write to {out}: {error.strerror or error}") from error
