"""The journal: what happened in the shop, turned into rows and handed over in batches."""
