"""How well somebody has cleaned a dirty feed: a table of theirs against the shop's rows at the same cut."""
