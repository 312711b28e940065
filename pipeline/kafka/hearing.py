"""Why a cluster is not reached: a request only knows that it timed out, and the connections know why."""

from __future__ import annotations

from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient

from common.messages import one_line

# That all connections are down, or that a client can do no more, says nothing of why.
_SAY_NOTHING = {KafkaError._ALL_BROKERS_DOWN, KafkaError._FATAL}  # noqa: SLF001  its public constants begin so
_FOR_THE_CAUSE_S = 0.5
Client = Producer | AdminClient


class Hearing:
    """An `error_cb` that remembers what is worth saying."""

    def __init__(self) -> None:
        self._heard: KafkaError | None = None

    def __call__(self, error: KafkaError) -> None:
        """Take what a connection says of itself, if it says anything."""
        if error.code() not in _SAY_NOTHING:
            self._heard = error

    def reason(self, error: KafkaException | KafkaError, *clients: Client) -> str:
        """One line; what clients have heard and not told yet is fetched from them."""
        asked = error.args[0] if isinstance(error, KafkaException) else error
        for client in clients:
            vague = asked.code() in _SAY_NOTHING and self._heard is None
            self._listen(client, _FOR_THE_CAUSE_S if vague else 0)
        said = asked if _says_why(asked) else self._heard or asked
        self._heard = None
        return one_line(said.str())

    def forget(self, *clients: Client) -> None:
        """What was heard until now is over: all went well, and what goes wrong later has a cause of its own."""
        for client in clients:
            self._listen(client, 0)
        self._heard = None

    def _listen(self, client: Client, for_s: float) -> None:
        try:
            client.poll(for_s)
        except KafkaException as again:  # one that was shut out may say so once more here
            self(again.args[0])


def _says_why(error: KafkaError) -> bool:
    """Whether it is more than that something did not come about: a broker's answer, or that another has taken over."""
    return error.code() > 0 or error.code() == KafkaError._FENCED  # noqa: SLF001
