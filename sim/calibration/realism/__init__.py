"""Realism: whether customers, products, couriers and days differ, and stay themselves, as those of real shops do."""
