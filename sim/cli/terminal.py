"""What a terminal, or whatever the output goes to, can show: letters it cannot spell and colours nobody wants."""

from __future__ import annotations

import codecs
import os
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

_PLAINER = "plainer"
_ASCII = "plain_ascii"
_SIGNS = str.maketrans(
    {
        "–": "-",
        "—": "-",
        "−": "-",
        "…": "...",
        "·": "-",
        "→": "->",
        "±": "+/-",
        "×": "x",
        "≥": ">=",
        "≤": "<=",
        "≈": "~",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "✓": "yes",
        "✗": "NO",
        "µ": "u",
        "─": "-",
        "━": "=",
        "│": "|",
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
    }
)


def spell_what_it_can(stream: TextIO | None) -> None:
    """Let a stream write a plainer letter in place of one that its encoding lacks, rather than fail in the middle."""
    reconfigure = getattr(stream, "reconfigure", None)
    if stream is None or reconfigure is None:  # closed, or not one of Python's own
        return
    _register()
    # By its own name Typer takes ASCII for a mistake and writes UTF-8 in spite of it.
    is_ascii = codecs.lookup(stream.encoding).name == "ascii"
    reconfigure(encoding=_ASCII if is_ascii else stream.encoding, errors=_PLAINER)


def console(stream: TextIO) -> Console:
    """Rich's console; by NO_COLOR without bold and dim, too, which many terminals show by colours."""
    from rich.console import Console

    return Console(file=stream, color_system=None if os.environ.get("NO_COLOR") else "auto")


@cache
def _register() -> None:
    codecs.register_error(_PLAINER, _plainer)
    codecs.register(lambda name: _plain_ascii() if name == _ASCII else None)


def _plainer(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(map(_plain, letters)), error.end


def _plain(letter: str) -> str:
    """The sign in ASCII, the letter without its accent, or else its code, as Python writes it on stderr."""
    known = letter.translate(_SIGNS)
    bare = unicodedata.normalize("NFKD", known).encode("ascii", "ignore").decode()
    return bare or letter.encode("ascii", "backslashreplace").decode()


def _plain_ascii() -> codecs.CodecInfo:
    ascii_ = codecs.lookup("ascii")
    return codecs.CodecInfo(
        ascii_.encode,
        ascii_.decode,
        ascii_.streamreader,
        ascii_.streamwriter,
        ascii_.incrementalencoder,
        ascii_.incrementaldecoder,
        name=_ASCII,
    )
