"""The images of `files.py`: what Rubin's look like in FITS, in small.

In: a position, a seed. Out: HDUs with a celestial WCS, and the region that the WCS gives the image.
Every call with the same arguments gives the same bytes.
"""

from __future__ import annotations

import struct
import zlib

import numpy
from astropy.io import fits
from astropy.wcs import WCS

from lsst.sphgeom import ConvexPolygon, LonLat, UnitVector3d

WIDTH, HEIGHT = 200, 160
# Degrees.
PIXEL = 2.0 / 3600.0


def cards(
    ra: float, dec: float, *, turn: float = 0.0, origin: tuple[int, int] = (0, 0), sip: bool = False
) -> fits.Header:
    """Return the WCS of an image whose middle is near a position.

    ``origin`` is the pixel of the parent at the first pixel, as LTV1, LTV2 and the alternate WCS "A" of
    Rubin's images say; the reference pixel is not in the middle.
    """
    header = fits.Header()
    cos, sin = PIXEL * numpy.cos(numpy.radians(turn)), PIXEL * numpy.sin(numpy.radians(turn))
    kind = "-SIP" if sip else ""
    header["WCSAXES"] = 2
    header["CTYPE1"], header["CTYPE2"] = f"RA---TAN{kind}", f"DEC--TAN{kind}"
    header["CUNIT1"], header["CUNIT2"] = "deg", "deg"
    header["CRVAL1"], header["CRVAL2"] = ra, dec
    header["CRPIX1"], header["CRPIX2"] = WIDTH / 2 + 10.25, HEIGHT / 2 - 7.5
    header["CD1_1"], header["CD1_2"], header["CD2_1"], header["CD2_2"] = -cos, sin, sin, cos
    header["RADESYS"], header["EQUINOX"] = "ICRS", 2000.0
    if sip:
        header["A_ORDER"], header["B_ORDER"] = 3, 3
        for name, value in {
            "A_2_0": 3.1e-5,
            "A_1_1": -1.7e-5,
            "A_0_2": 0.9e-5,
            "A_3_0": 4.0e-8,
            "B_2_0": -1.2e-5,
            "B_1_1": 2.3e-5,
            "B_0_2": -2.8e-5,
            "B_0_3": -3.0e-8,
        }.items():
            header[name] = value
    header["LTV1"], header["LTV2"] = float(-origin[0]), float(-origin[1])
    header["CTYPE1A"], header["CTYPE2A"] = "LINEAR", "LINEAR"
    header["CUNIT1A"], header["CUNIT2A"] = "PIXEL", "PIXEL"
    header["CRPIX1A"], header["CRPIX2A"] = 1.0, 1.0
    header["CRVAL1A"], header["CRVAL2A"] = float(origin[0]), float(origin[1])
    header["CD1_1A"], header["CD1_2A"], header["CD2_1A"], header["CD2_2A"] = 1.0, 0.0, 0.0, 1.0
    return header


def region(*headers: fits.Header) -> ConvexPolygon:
    """Return the hull of the outer edges of images with these cards."""
    points = []
    for header in headers:
        x = numpy.array([-0.5, WIDTH - 0.5, WIDTH - 0.5, -0.5])
        y = numpy.array([-0.5, -0.5, HEIGHT - 0.5, HEIGHT - 0.5])
        for ra, dec in zip(*WCS(header).all_pix2world(x, y, 0)):
            points.append(UnitVector3d(LonLat.fromDegrees(float(ra) % 360.0, float(dec))))
    return ConvexPolygon(points)


def pixels(seed: int) -> tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]:
    """Return image, mask and variance: a gradient, noise and a few stars."""
    random = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH]
    image = 0.1 * x - 0.05 * y + random.normal(0.0, 3.0, (HEIGHT, WIDTH))
    mask = numpy.zeros((HEIGHT, WIDTH), dtype=numpy.int32)
    for cx, cy, flux in zip(
        random.uniform(0, WIDTH, 12), random.uniform(0, HEIGHT, 12), random.uniform(200, 2000, 12)
    ):
        star = flux * numpy.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 8.0)
        image += star
        mask[star > 50.0] |= 1 << 5
    mask[:, 17] |= 1
    variance = 9.0 + 0.01 * numpy.abs(image)
    return image.astype(numpy.float32), mask, variance.astype(numpy.float32)


def primary(**more: object) -> fits.PrimaryHDU:
    """Return a first HDU without data."""
    header = fits.Header()
    header["TELESCOP"], header["ORIGIN"] = "Files", "obscore-view tests"
    for key, value in more.items():
        header[key] = value
    return fits.PrimaryHDU(header=header)


def table() -> fits.BinTableHDU:
    """Return a table as those that follow the planes of Rubin's images."""
    numbers = numpy.arange(5, dtype=numpy.int32)
    return fits.BinTableHDU.from_columns(
        [
            fits.Column("id", "J", array=numbers),
            fits.Column("name", "8A", array=[f"entry{n}" for n in numbers]),
            fits.Column("values", "3D", array=numpy.outer(numbers, [1.0, 0.5, 0.25])),
        ],
        name="ARCHIVE_INDEX",
    )


def raw(header: fits.Header, seed: int, unsigned: bool) -> fits.HDUList:
    """Return one HDU of integers: 32 bits, or 16 bits without sign (BZERO)."""
    image = pixels(seed)[0]
    kind = numpy.uint16 if unsigned else numpy.int32
    hdu = fits.PrimaryHDU(numpy.clip(image + 1000.0, 0, 65535).astype(kind), header=header)
    hdu.header["BUNIT"] = "adu"
    return fits.HDUList([hdu])


def planes(header: fits.Header, seed: int) -> fits.HDUList:
    """Return nothing, IMAGE, MASK, VARIANCE and a table, as they are."""
    image, mask, variance = pixels(seed)
    hdus = [primary(), fits.ImageHDU(image, header=header, name="IMAGE")]
    hdus[1].header["BUNIT"] = "nJy"
    hdus.append(fits.ImageHDU(mask, header=header, name="MASK"))
    hdus[2].header["MP_BAD"], hdus[2].header["MP_DETECTED"] = 0, 5
    hdus.append(fits.ImageHDU(variance, header=header, name="VARIANCE"))
    hdus.append(table())
    return fits.HDUList(hdus)


def compressed(header: fits.Header, seed: int, kind: str) -> fits.HDUList:
    """Return the same with tiles: RICE_1 by rows, or GZIP_2 by squares; floats are quantised."""
    image, mask, variance = pixels(seed)
    tile = (WIDTH, 1) if kind == "RICE_1" else (64, 48)
    floats = {
        "compression_type": kind,
        "tile_shape": tile[::-1],
        "quantize_level": 16.0,
        "quantize_method": 1 if kind == "RICE_1" else 2,
        "dither_seed": 42,
    }
    integers = {"compression_type": kind, "tile_shape": tile[::-1]}
    if kind == "GZIP_2":
        image = image.copy()
        image[40:60, 50:90] = numpy.nan
    hdus = [
        primary(),
        fits.CompImageHDU(image, header=header, name="IMAGE", **floats),
        fits.CompImageHDU(mask, header=header, name="MASK", **integers),
        fits.CompImageHDU(variance, header=header, name="VARIANCE", **floats),
        table(),
    ]
    return fits.HDUList(hdus)


def png(seed: int) -> bytes:
    """Return a grey picture of an image."""
    image = pixels(seed)[0][::4, ::4]
    grey = numpy.clip((image + 20.0) * 3.0, 0, 255).astype(numpy.uint8)
    lines = b"".join(b"\0" + line.tobytes() for line in grey)

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    size = struct.pack(">IIBBBBB", grey.shape[1], grey.shape[0], 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
