"""Resume: a shop goes on where its committed rows say that it stood, each process at the last thing it recorded."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sim.facts import OrderLine
from sim.processes.answering import await_answer
from sim.processes.incidents import resume_incidents
from sim.processes.purchase_memory import recall
from sim.processes.resume.couriers import restore_couriers, resume_loading, resume_trips
from sim.processes.resume.customers import restore_customers, restore_devices, restore_second_addresses
from sim.processes.resume.orders import restored_order, resume_orders
from sim.processes.resume.stock import reprice, restore_shelves
from sim.processes.resume.visits import restore_abandoned_carts, resume_visits

if TYPE_CHECKING:
    from sim.processes.world import World
    from sim.snapshot import Snapshot


def resume(world: World, snapshot: Snapshot) -> None:
    """Fill the world with the snapshot's people, stock, orders and errands, and start what was under way."""
    resume_incidents(world, snapshot.incidents)
    customers = restore_customers(world, snapshot)
    restore_second_addresses(world, snapshot)
    restore_devices(world, snapshot, customers)
    restore_shelves(world, snapshot)
    reprice(world, snapshot)
    recall(world.region_of, snapshot.remembered)
    restore_couriers(world, snapshot)
    lines: dict[int, list[OrderLine]] = defaultdict(list)
    for line in sorted(snapshot.lines):
        lines[line.order_id].append(OrderLine(*line[1:]))
    orders = {row.order_id: restored_order(world, row, customers, lines[row.order_id]) for row in snapshot.orders}
    resume_orders(world, snapshot, orders)
    resume_trips(world, snapshot, orders)
    resume_loading(world)
    resume_visits(world, snapshot, customers, orders)
    for review in snapshot.unanswered:
        await_answer(world, review)
    restore_abandoned_carts(world, snapshot, customers)
