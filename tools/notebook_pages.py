"""A notebook that has run, as a page of Markdown with its pictures beside it, and the list of all such pages."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
import vl_convert
from nbconvert import MarkdownExporter
from traitlets.config import Config

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS, PAGES = ROOT / "notebooks", ROOT / "docs" / "notebooks"
CHART = re.compile(r"application/vnd\.vegalite\.v\d+\+json")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)\s#]+)")
PIXELS_A_POINT = 1.5


def read(path: Path) -> nbformat.NotebookNode:
    """A notebook from its file."""
    notebook: nbformat.NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def digest(notebook: nbformat.NotebookNode) -> str:
    """What a page must have been made from: changes with any cell's text, not with outputs."""
    told = "\0".join(f"{cell.cell_type}\0{cell.source}" for cell in notebook.cells)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def write(path: Path, notebook: nbformat.NotebookNode, origin: str, folder: Path) -> None:
    """Write the page and its pictures, in place of those of an earlier time. `origin` says which shop it is about."""
    shutil.rmtree(folder / path.stem, ignore_errors=True)
    (folder / path.stem).mkdir(parents=True)
    stamp = f"<!-- Made from notebooks/{path.name} by `make notebooks`; do not edit. Cells: {digest(notebook)} -->"
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output]
    for number, output in enumerate(outputs, start=1):
        _as_markdown(output, folder, f"{path.stem}/{number:02}.png")
    settings = Config()
    settings.ExtractOutputPreprocessor.output_filename_template = path.stem + "/{cell_index}_{index}{extension}"
    exporter = MarkdownExporter(config=settings)  # type: ignore[no-untyped-call]
    body, resources = exporter.from_notebook_node(notebook)
    for name, content in resources["outputs"].items():
        (folder / name).write_bytes(content)
    lines = "\n".join(line.rstrip() for line in _linked(body, folder).strip().splitlines())
    source = f"[Notebook]({_way(folder, path)}), rendered by `make notebooks` on this shop: {origin}."
    (folder / f"{path.stem}.md").write_text(f"{stamp}\n\n{lines}\n\n---\n\n{source}\n", encoding="utf-8")


def index(paths: Sequence[Path], folder: Path) -> str:
    """The list of notebooks: each with its first sentence and a link to its page, or to itself while there is none."""
    lines = ["<!-- Made by `make notebooks`; do not edit. -->", "", "# Notebooks, rendered", ""]
    for path in paths:
        heading, _, prose = read(path).cells[0].source.partition("\n")
        page = folder / f"{path.stem}.md"
        sentence = re.split(r"(?<=[.?!])\s", " ".join(prose.split()))[0]
        link = page.name if page.exists() else _way(folder, path)
        lines.append(f"- **[{heading.removeprefix('# ')}]({link})** — {_linked(sentence, folder)}")
    lines += ["", "`make notebook` opens them in JupyterLab, on your own shop; `make notebooks` makes these pages."]
    return "\n".join(lines) + "\n"


def _as_markdown(output: Any, folder: Path, picture: str) -> None:
    """Charts become pictures, tables plain HTML: GitHub takes neither scripts nor styles."""
    if kind := next((kind for kind in output.data if CHART.fullmatch(kind)), None):
        spec = output.data[kind]
        (folder / picture).write_bytes(smaller(vl_convert.vegalite_to_png(spec, scale=PIXELS_A_POINT)))
        output.data = {"text/markdown": f"![{title(spec)}]({picture})"}
    elif "text/html" in output.data:
        html = re.sub(r"<style.*?</style>", "", output.data["text/html"], flags=re.DOTALL)
        output.data = {"text/html": re.sub(r' (border|class|style|id)="[^"]*"', "", html).strip()}


def smaller(png: bytes) -> bytes:
    """The same picture, its pixels packed as tightly as they go: what draws it is in a hurry."""
    chunks, at, pixels = [png[:8]], 8, b""
    while at < len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        if kind == b"IDAT":
            pixels += png[at + 8 : at + 8 + length]
        elif kind == b"IEND":
            packed = zlib.compress(zlib.decompress(pixels), 9)
            chunks += [struct.pack(">I4s", len(packed), b"IDAT"), packed]
            chunks += [struct.pack(">I", zlib.crc32(b"IDAT" + packed))]
        if kind != b"IDAT":
            chunks.append(png[at : at + 12 + length])
        at += 12 + length
    return b"".join(chunks)


def title(spec: dict[str, Any]) -> str:
    """A chart's title, that of its first part when it has none itself."""
    said = spec.get("title")
    if isinstance(said, dict):
        said = said.get("text")
    if said:
        return " ".join(said) if isinstance(said, list) else str(said)
    parts = [part for key in ("layer", "hconcat", "vconcat", "concat") for part in spec.get(key, [])]
    return next((found for part in [*parts, spec.get("spec", {})] if part and (found := title(part))), "")


def _linked(body: str, folder: Path) -> str:
    """Links are told from notebooks/ and moved to `folder`; other notebooks are met as pages."""

    def moved(found: re.Match[str]) -> str:
        target = (NOTEBOOKS / found[1]).resolve()
        page = folder / f"{target.stem}.md"
        if target.suffix == ".ipynb" and page.exists():
            target = page
        return f"]({_way(folder, target)}" if target.exists() else found[0]

    return LINK.sub(moved, body)


def _way(folder: Path, target: Path) -> str:
    return os.path.relpath(target.resolve(), folder.resolve())
