"""The contract in AsyncAPI 3: topics, their messages and the schemas of these."""

from __future__ import annotations

from typing import Any

import yaml

from pipeline.events.contract import CATALOGUE, TOPICS
from pipeline.events.event_type import EventType
from pipeline.events.schema import envelope_schema, payload_schema
from pipeline.events.topics import PARTITIONS

BINDING = "0.5.0"  # of the bindings for Kafka
HEADER = "# Generated from pipeline/events/contract/ by `make schema`. Do not edit.\n"


def asyncapi_yaml() -> str:
    """The text of docs/asyncapi.yaml."""
    text: str = yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=118)
    return HEADER + text


def document() -> dict[str, Any]:
    """The document: one channel a topic, one message a type."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Bazaar: events of an online shop",
            "version": str(max(each.version for each in CATALOGUE.values())),
            "description": "What happens in the shop, as CloudEvents 1.0 in structured JSON. See docs/events.md.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/cloudevents+json",
        "servers": {
            "kafka": {
                "host": "localhost:9092",
                "protocol": "kafka",
                "description": "The broker of the profiles `events` and `pipeline`, from the machine that they run on.",
            }
        },
        "channels": {topic: _channel(topic) for topic in TOPICS},
        "operations": {
            f"send.{topic}": {"action": "send", "channel": {"$ref": f"#/channels/{topic}"}} for topic in TOPICS
        },
        "components": {"messages": {name: _message(each) for name, each in CATALOGUE.items()}},
    }


def _channel(topic: str) -> dict[str, Any]:
    names = [name for name, each in CATALOGUE.items() if each.topic == topic]
    return {
        "address": topic,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {"kafka": {"topic": topic, "partitions": PARTITIONS, "bindingVersion": BINDING}},
    }


def _message(event: EventType) -> dict[str, Any]:
    return {
        "name": event.name,
        "summary": event.says,
        "contentType": "application/cloudevents+json",
        "payload": envelope_schema(event, payload_schema(event)),
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": f"{event.entity}, as in partitionkey."},
                "bindingVersion": BINDING,
            }
        },
    }
