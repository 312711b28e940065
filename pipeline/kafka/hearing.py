"""Why a cluster is not reached: a request only knows that it timed out, and the connections know why."""

from __future__ import annotations

from contextlib import suppress

from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient


class Hearing:
    """An `error_cb` that remembers what is worth saying."""

    def __init__(self) -> None:
        self._heard: KafkaError | None = None

    def __call__(self, error: KafkaError) -> None:
        """Take what a connection says of itself; that all of them are down says nothing more."""
        if error.code() != KafkaError._ALL_BROKERS_DOWN:  # noqa: SLF001  its public constants begin so
            self._heard = error

    def reason(self, error: KafkaException | KafkaError, *clients: Producer | AdminClient) -> str:
        """One line; what clients have heard and not told yet is fetched from them."""
        for client in clients:
            with suppress(KafkaException):  # one that was shut out may say so once more here
                client.poll(0)
        asked = error.args[0] if isinstance(error, KafkaException) else error
        said, self._heard = self._heard or asked, None
        return " ".join(str(said.str()).split())
