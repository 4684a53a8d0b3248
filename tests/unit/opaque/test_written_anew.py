"""What leaves of a file without a claim is what people see of it, in one form of ours."""

from __future__ import annotations

import io
import zlib

import pytest
from PIL import Image, PngImagePlugin

from output_checker.opaque import pictures
from output_checker.opaque.layout import Unfit
from tests.opaque_files import a_file, a_picture


def anew(path: str, data: str | bytes) -> bytes:
    rewritten = a_file(path, data).rewritten
    assert rewritten is not None
    return rewritten.data


@pytest.mark.parametrize(
    ("data", "leaves"),
    [
        ("sex,n\nf,120\n", "sex,n\nf,120\n"),
        ("\ufeffsex;n\r\nf;120\r\n", "sex,n\nf,120\n"),
        ("sex\tn\nf\t120", "sex,n\nf,120\n"),
        ('"sex","n"\n"f","120"\n', "sex,n\nf,120\n"),
        ('"sex";"a, b"\n"f";"1,5"\n', 'sex,"a, b"\nf,"1,5"\n'),
        (" sex ,\u00a0n \n  f,  120\n\n\n", "sex,n\nf,120\n"),
        ("a  b,n\nf,-1.5\ng,+2e3\nh,12 %\n", "a b,n\nf,-1.5\ng,+2e3\nh,12 %\n"),
        ("a,n\n=1+1,@x\n-x,+y\n", "a,n\n'=1+1,'@x\n'-x,'+y\n"),
        ("e\u0301te\u0301,n\nf,12\n", "été,n\nf,12\n"),
        ("only\nwords\n", "only\nwords\n"),
    ],
)
def test_a_table_has_one_form(data, leaves):
    assert anew("x.csv", data).decode() == leaves
    assert anew("x.csv", leaves.replace("'", "")).decode() == leaves


@pytest.mark.parametrize(
    ("data", "leaves"),
    [
        ("a\nb", "a\nb\n"),
        ("\n\na \n\n\n\nb\t \n\n", "a\n\nb\n"),
        ("a      b\tc\n", "a  b  c\n"),
        ("5\u202f000\u00a0€\n", "5  000  €\n"),
        ("    in\n", "  in\n"),
        ("a\r\nb\r\n", "a\nb\n"),
    ],
)
def test_spaces_and_line_ends_of_a_text_carry_nothing(data, leaves):
    assert anew("x.txt", data).decode() == leaves
    assert anew("x.txt", leaves).decode() == leaves


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def saved(picture: Image.Image, kind: str = "PNG", **more: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def chunks(data: bytes) -> list[bytes]:
    found, at = [], 8
    while at < len(data):
        found.append(data[at + 4 : at + 8])
        at += 12 + int.from_bytes(data[at : at + 4])
    assert at == len(data)
    return found


def noted() -> bytes:
    more = PngImagePlugin.PngInfo()
    more.add_text("Comment", "CANARY")
    more.add_itxt("Note", "CANARY", zip=True)
    more.add(b"paTx", b"CANARY")
    exif = Image.Exif()
    exif[0x010E] = "CANARY"
    icc = b"CANARY" * 30
    return a_picture(pnginfo=more, exif=exif, icc_profile=icc, dpi=(72, 72))


@pytest.mark.parametrize(
    "data",
    [
        noted(),
        a_picture() + b"CANARY",
        a_picture("JPEG", comment=b"CANARY") + b"CANARY",
        saved(Image.new("P", (9, 9)), transparency=0),
        saved(Image.new("RGBA", (9, 9), (1, 2, 3, 0))),
        saved(Image.new("I;16", (9, 9), 4000)),
        saved(Image.new("1", (9, 9), 1)),
        saved(Image.new("CMYK", (9, 9)), "JPEG"),
        saved(
            Image.new("L", (9, 9)), save_all=True, append_images=[Image.new("L", (9, 9), 9)]
        ),
    ],
)
def test_a_picture_leaves_as_its_points_and_nothing_else(data):
    drawn = pictures.anew(data)
    assert set(chunks(drawn)) == {b"IHDR", b"IDAT", b"IEND"}
    assert b"CANARY" not in drawn
    assert (opened(drawn).mode, opened(drawn).info) == ("RGB", {})
    assert opened(drawn).size == opened(data).size
    assert pictures.anew(drawn) == drawn


def test_what_is_transparent_is_white():
    hidden = Image.new("RGBA", (2, 1), (255, 0, 0, 0))
    assert opened(pictures.anew(saved(hidden))).getpixel((0, 0)) == (255, 255, 255)


def test_shades_that_no_eye_tells_apart_are_one():
    """So that the last bits of each point carry no message."""
    light = Image.new("RGB", (2, 1), (255, 255, 255))
    light.putpixel((1, 0), (254, 251, 255))
    drawn = opened(pictures.anew(saved(light)))
    assert drawn.getpixel((0, 0)) == drawn.getpixel((1, 0)) == (255, 255, 255)


def test_a_packed_note_that_unpacks_to_much_is_never_unpacked():
    more = PngImagePlugin.PngInfo()
    more.add(b"zTXt", b"Note\0\0" + zlib.compress(bytes(50_000_000)))
    with pytest.raises(Unfit, match="the picture is broken"):
        pictures.anew(a_picture(pnginfo=more))
