"""The shop's Station against queueing theory.

Seeds are fixed, so a test passes always or never. The mean wait of many customers must lie within 4 standard errors
(by batch means) of theory, and the standard error itself must be small, so that a wide tolerance cannot hide an error:
with 4 to 6 % a mistaken queue (one server more, another spread of service times) is far outside.
"""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.validation.desk import MEAN_SERVICE_US, Desk, observe, served_by
from tests.validation.theory import agrees, erlang_b, erlang_c, wait_mg1, wait_mmc

CUSTOMERS = 100_000


def wait_agrees(desk: Desk, theory: float, what: str, relative_error: float = 0.04) -> None:
    waited = [wait / MEAN_SERVICE_US for wait in desk.waited]
    agrees(what, waited, theory, relative_error)


def test_the_formulas_agree_with_their_textbook_values():
    assert wait_mmc(1, 0.5) == pytest.approx(1.0)  # rho / (1 - rho)
    assert wait_mmc(1, 0.8) == pytest.approx(4.0)
    assert erlang_c(2, 0.5) == pytest.approx(1 / 3)
    assert wait_mg1(0.8, cv=1.0) == pytest.approx(wait_mmc(1, 0.8))
    assert erlang_b(2, 1.0) == pytest.approx(0.2)
    assert erlang_b(5, 3.0) == pytest.approx(0.1101, abs=5e-5)  # from any printed table


@pytest.mark.parametrize("load", [0.5, 0.7, 0.85])
@pytest.mark.parametrize("people", [1, 2, 5])
def test_as_many_wait_as_long_as_erlang_says(people, load):
    desk, name = observe(load, people, CUSTOMERS, seed=people), f"M/M/{people} at {load}, station"
    wait_agrees(desk, wait_mmc(people, load), name, relative_error=0.06)
    agrees(f"{name}, share that waits", [wait > 0 for wait in desk.waited], erlang_c(people, load), relative_error=0.03)


@pytest.mark.parametrize("load", [0.5, 0.85])
def test_constant_service_waits_as_pollaczek_and_khinchine_say(load):
    wait_agrees(
        observe(load, 1, CUSTOMERS, shape="constant", seed=2), wait_mg1(load, cv=0.0), f"M/D/1 at {load}, station"
    )


@pytest.mark.parametrize("load", [0.5, 0.7, 0.85])
def test_lognormal_service_waits_by_its_variation(load):
    desk = observe(load, 1, CUSTOMERS, shape="lognormal", seed=3)
    wait_agrees(desk, wait_mg1(load, cv=0.45), f"M/G/1 at {load}, station")  # 0.45: the default service_cv


def test_a_wrong_theory_is_refused():
    desk = observe(0.8, 1, CUSTOMERS)
    for wrong in (wait_mmc(2, 0.8), wait_mg1(0.8, cv=0.0), wait_mmc(1, 0.7)):
        with pytest.raises(AssertionError, match="against"):
            wait_agrees(desk, wrong, "a wrong theory", relative_error=1.0)


@pytest.mark.parametrize("people", [1, 3])
def test_littles_law_holds_to_the_microsecond(people):
    # from an empty desk to an empty desk the area under the queue is the sum of the waits, customer by customer
    desk = observe(0.8, people, 5_000)
    assert desk.queue_area == sum(desk.waited) > 0
    arrivals_per_us, mean_wait_us = len(desk.arrived) / desk.ended, sum(desk.waited) / len(desk.waited)
    assert desk.queue_area / desk.ended == pytest.approx(arrivals_per_us * mean_wait_us)


@pytest.mark.parametrize("people", [1, 3])
def test_utilisation_reckoned_two_ways_is_the_same(people):
    desk = observe(0.8, people, 20_000)
    by_time = desk.busy_area / (people * desk.ended)
    by_customers = sum(desk.served) / (people * desk.ended)
    assert by_time == by_customers
    # 20,000 arrivals and services: each rate is known to 1/sqrt(20,000) = 0.7 %, their ratio to 1 %; 4 of these
    assert by_time == pytest.approx(0.8, rel=0.04)


def test_nobody_waits_longer_when_there_are_more_people():
    desk = observe(0.9, 2, 20_000)
    waits = [served_by(people, desk).waited for people in (2, 3, 4)]
    assert waits[0] == desk.waited
    for fewer, more in pairwise(waits):
        assert all(after <= before for before, after in zip(fewer, more, strict=True))
        assert sum(more) < 0.5 * sum(fewer)


def test_a_desk_without_load_keeps_nobody_waiting():
    desk = observe(0.001, 3, 2_000)
    assert sum(desk.waited) == 0
    assert sum(desk.served) / len(desk.served) == pytest.approx(MEAN_SERVICE_US, rel=0.1)
