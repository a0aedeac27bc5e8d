"""The bytes of a file that a user has written: so many and no more, and without ever waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["NO_SUCH_FILE", "read_bounded"]

NO_SUCH_FILE = "cannot be read: there is no such file"


def read_bounded(path: Path, most: int) -> bytes | str:
    """Return what is in the file, or a sentence that says why nothing is.

    Args:
        path: of the file.
        most: a larger file is not read, limit in bytes.
    """
    # Whoever opens a pipe or a device may wait for ever.
    if path.exists() and not (path.is_file() or path.is_dir()):
        return "cannot be read: it is no regular file"
    try:
        with path.open("rb") as stream:
            data = stream.read(most + 1)
    except FileNotFoundError:
        return NO_SUCH_FILE
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    if len(data) > most:
        mib, kib = most >> 20, most >> 10
        return f"file is larger than {f'{mib} MiB' if mib > 1 else f'{kib} KiB'}"
    return data
