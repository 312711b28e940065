"""What computes marts: each engine builds a table from cuts and checks it before anybody sees it."""
