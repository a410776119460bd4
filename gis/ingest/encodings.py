"""In which encoding a file's text is: decided once, on all of its values.

GDAL reads a GBK .dbf without .cpg as mojibake and says nothing. So a shapefile's text is read as ISO-8859-1, which
loses no byte, and decoded here: strictly UTF-8 if every value allows it, else GB18030 (which holds GBK and GB2312).
GBK text of more than a few characters is hardly ever valid UTF-8, while a .cpg is often copied from another file.
"""

import codecs
from collections.abc import Iterable
from dataclasses import dataclass

from gis.geometry.said import said

_NAMES = {"utf-8": "UTF-8", "gb18030": "GBK/GB18030", "big5": "Big5", "ascii": "ASCII"}


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding with the Chinese sentence that says why; `codec` is Python's name of it."""

    codec: str
    reason: str


def decide_encoding(values: Iterable[bytes], *, declared: str | None = None, given: str | None = None) -> Encoding:
    """Decide the encoding of all values together.

    Parameters
    ----------
    values : distinct raw values; a last character cut off by the width of its field is forgiven.
    declared : what the .cpg says, if anything; the values win over it.
    given : what the person says; wins over everything.
    """
    if given:
        codec = known_codec(given)
        if codec is None:
            return Encoding("gb18030", said("不认识指定的编码“{given}”，按 GBK/GB18030 读取", given=given))
        return Encoding(codec, said("按指定的编码 {given} 读取", given=given))
    beyond_ascii = [value for value in values if not value.isascii()]
    if not beyond_ascii:
        return Encoding("utf-8", said("没有中文字符，任何编码读出的结果都相同"))
    failed_utf8 = sum(not _decodes(value, "utf-8") for value in beyond_ascii)
    count = len(beyond_ascii)
    if not failed_utf8:
        return Encoding(
            "utf-8", said("{count} 个含中文的值都符合 UTF-8{against}", count=count, against=_against(declared, "utf-8"))
        )
    failed_gbk = sum(not _decodes(value, "gb18030") for value in beyond_ascii)
    named = known_codec(declared) if declared else None
    if failed_gbk and named is not None and named not in ("utf-8", "gb18030"):
        return Encoding(
            named,
            said(
                "{failed_gbk} 个值既不是 UTF-8 也不是 GBK，按 .cpg 声明的 {declared} 读取",
                failed_gbk=failed_gbk,
                declared=declared,
            ),
        )
    if failed_gbk and failed_utf8 < failed_gbk:
        return Encoding(
            "utf-8",
            said(
                "多数值符合 UTF-8，{failed_utf8} 个值含乱码（以“�”显示）{against}",
                failed_utf8=failed_utf8,
                against=_against(declared, "utf-8"),
            ),
        )
    broken = said("，其中 {failed_gbk} 个值含乱码（以“�”显示）", failed_gbk=failed_gbk) if failed_gbk else ""
    return Encoding(
        "gb18030",
        said(
            "{count} 个含中文的值中有 {failed_utf8} 个不符合 UTF-8，按 GBK/GB18030 读取{broken}{against}",
            count=count,
            failed_utf8=failed_utf8,
            broken=broken,
            against=_against(declared, "gb18030"),
        ),
    )


def decode(value: bytes, codec: str) -> str:
    """Decode a value; a character cut off by the end of its field is left out, other faults become “�”."""
    try:
        return value.decode(codec)
    except UnicodeDecodeError as error:
        if error.end >= len(value) and error.reason in ("unexpected end of data", "incomplete multibyte sequence"):
            return value[: error.start].decode(codec, errors="replace")
        return value.decode(codec, errors="replace")


def known_codec(name: str) -> str | None:
    """Return Python's codec for what a .cpg or a person calls an encoding ("936", "GB2312", "65001"), or None."""
    text = name.strip().strip("\ufeff\"'").lower()
    if text in (
        "936",
        "cp936",
        "gbk",
        "gb2312",
        "gb18030",
        "ansi 936",
        "oem 936",
        "windows-936",
        "ansi_936",
        "gb_2312-80",
    ):
        return "gb18030"
    if text in ("65001", "utf8", "utf-8", "utf_8", "cp65001"):
        return "utf-8"
    for candidate in (text, f"cp{text}"):
        try:
            return codecs.lookup(candidate).name
        except (LookupError, ValueError):
            continue
    return None


def _decodes(value: bytes, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)(errors="strict")
    try:
        decoder.decode(value, final=False)  # not final: the field's width may have cut the last character
    except UnicodeDecodeError:
        return False
    return True


def _against(declared: str | None, decided: str) -> str:
    if not declared:
        return ""
    named = known_codec(declared)
    if named == decided:
        return said("，与 .cpg 声明的 {declared} 一致", declared=declared)
    return said("；.cpg 声明为 {declared}，与内容不符，以内容为准", declared=declared)
