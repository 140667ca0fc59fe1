"""What the datasets of `files.py` are in memory, and the formatters that write and read them.

A FITS dataset is a list of HDUs, written as it is. Named in the configuration of the repository, so
Butler finds this module where the scripts are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from astropy.io import fits

from lsst.daf.butler import FormatterV2, StorageClassDelegate
from lsst.resources import ResourcePath


@dataclass
class Image:
    """The HDUs of a FITS file."""

    hdus: fits.HDUList = field(default_factory=fits.HDUList)


@dataclass
class Parts:
    """An exposure whose planes are files of their own."""

    image: Image | None = None
    mask: Image | None = None
    variance: Image | None = None


@dataclass
class Preview:
    """A picture for people."""

    png: bytes = b""


class PartsDelegate(StorageClassDelegate):
    """Takes an exposure apart and puts it together."""

    def getComponent(self, composite: Parts, componentName: str) -> Any:
        """Return a plane."""
        return getattr(composite, componentName)

    def assemble(self, components: dict[str, Any], pytype: type | None = None) -> Parts:
        """Return the exposure of these planes."""
        return Parts(**components)


class FitsFormatter(FormatterV2):
    """Writes and reads `Image` with astropy."""

    default_extension = ".fits"
    can_read_from_local_file = True

    def read_from_local_file(self, path: str, component: str | None = None, expected_size: int = -1) -> Any:
        """Return the image in a file."""
        return Image(fits.open(path, memmap=False, lazy_load_hdus=False))

    def write_local_file(self, in_memory_dataset: Image, uri: ResourcePath) -> None:
        """Write an image to a file."""
        in_memory_dataset.hdus.writeto(uri.ospath, overwrite=True, output_verify="exception")


class PngFormatter(FormatterV2):
    """Writes and reads `Preview`."""

    default_extension = ".png"
    can_read_from_uri = True

    def read_from_uri(self, uri: ResourcePath, component: str | None = None, expected_size: int = -1) -> Any:
        """Return the picture in a file."""
        return Preview(uri.read())

    def to_bytes(self, in_memory_dataset: Preview) -> bytes:
        """Return the bytes of a file."""
        return in_memory_dataset.png
