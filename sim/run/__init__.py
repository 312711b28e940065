"""One run of a shop, from what is asked for to its last commit.

`start` is the composition root: with `resolution` it makes one `configuration` of what is asked and what the database
holds (scenario and market through `files`, each read once), and hands it to the `lifecycle`. That goes through two
phases: `history_phase` has several processes make what lies in the past (`history/`), and `live_phase` goes on in this
one, along the clock (`pacing/`). Between them, and after any stop, the shop goes on from its rows: `resume` says which.
"""
