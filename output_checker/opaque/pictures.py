"""A picture drawn anew from its points, in few shades, without anything else it carried.

Text chunks, places, thumbnails, palettes, transparency, further frames and whatever
follows the picture are dropped. So are shades that no eye tells apart, in which a message
can be hidden.
"""

from __future__ import annotations

import io
import logging
import warnings

from PIL import Image

from output_checker.opaque.layout import Unfit

MOST_POINTS = 6_000_000
MOST_BYTES = 3_000_000
SHADES = 16
"""Of each of red, green and blue."""
READ = ("PNG", "JPEG")


def anew(data: bytes) -> bytes:
    """The picture as a PNG; Unfit if it is broken, or larger than people look at."""
    try:
        plain = _points(data)
    except Unfit:
        raise
    except Exception:  # noqa: BLE001 (a broken picture breaks its reader in many ways)
        raise Unfit("the picture is broken") from None
    out = io.BytesIO()
    plain.save(out, format="PNG", optimize=False)
    if out.tell() > MOST_BYTES:
        raise Unfit(f"drawn anew, the picture has more than {MOST_BYTES:,} bytes")
    return out.getvalue()


def _points(data: bytes) -> Image.Image:
    """Its points on white, in an image that knows nothing else."""
    logging.getLogger("PIL").setLevel(logging.CRITICAL)  # it tells what a picture holds
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about what it holds beside its points
        with Image.open(io.BytesIO(data), formats=READ) as picture:
            if picture.width * picture.height > MOST_POINTS:
                raise Unfit(f"the picture has more than {MOST_POINTS:,} points")
            seen = picture.convert("RGBA")
    white = Image.new("RGBA", seen.size, "white")
    flat = Image.alpha_composite(white, seen).convert("RGB")
    step = 255 / (SHADES - 1)
    few = flat.point([round(round(v / step) * step) for v in range(256)] * 3)
    return Image.frombytes("RGB", few.size, few.tobytes())
