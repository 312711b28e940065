"""From what people write after --to to the output itself."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from pipeline.events.outputs.json_lines import JsonLines
from pipeline.events.outputs.port import NotOurs, Output
from pipeline.events.outputs.standard import StandardOutput
from pipeline.events.outputs.zstandard_lines import ZstandardLines

ALLOWED = "- (standard output), FILE.jsonl, FILE.jsonl.zst and kafka://HOST[:PORT]"


def opened(to: str) -> Output:
    """The output, ready to be written to. Raises NotOurs, OSError."""
    if to == "-":
        return StandardOutput(sys.stdout.buffer)
    if to.startswith("kafka://"):
        return _on_kafka(to)
    kinds: dict[str, Callable[[Path], Output]] = {".jsonl": JsonLines, ".jsonl.zst": ZstandardLines}
    for ending, kind in kinds.items():
        if to.endswith(ending) and len(Path(to).name) > len(ending):
            return kind(Path(to))
    raise NotOurs(f"to: {to!r} is no output; allowed are {ALLOWED}")


def _on_kafka(to: str) -> Output:
    from pipeline.events.outputs.kafka_topics import KafkaTopics  # noqa: PLC0415  its library is needed here only
    from pipeline.kafka.cluster import BadAddress, Cluster  # noqa: PLC0415

    try:
        return KafkaTopics(Cluster.of(to))
    except BadAddress as error:
        raise NotOurs(f"to: {error}") from None
