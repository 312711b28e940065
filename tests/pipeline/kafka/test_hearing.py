"""Of several things that went wrong, the one that says why."""

from __future__ import annotations

from confluent_kafka import KafkaError

from pipeline.kafka.hearing import Hearing

REFUSED = KafkaError(KafkaError._TRANSPORT, "localhost:9092/1: Connect failed: Connection refused")


def test_why_nobody_answered_is_what_the_connections_said():
    hearing = Hearing()
    hearing(REFUSED)
    assert hearing.reason(KafkaError(KafkaError._TIMED_OUT)) == REFUSED.str()
    assert "imed out" in hearing.reason(KafkaError(KafkaError._TIMED_OUT)), "it was told once"


def test_who_was_shut_out_is_told_so_whatever_was_heard_before():
    hearing = Hearing()
    hearing(REFUSED)
    assert "fenced" in hearing.reason(KafkaError(KafkaError._FENCED))


def test_what_was_heard_before_all_went_well_is_no_cause_of_what_comes_later():
    hearing = Hearing()
    hearing(REFUSED)
    hearing.forget()
    assert "imed out" in hearing.reason(KafkaError(KafkaError._TIMED_OUT))
