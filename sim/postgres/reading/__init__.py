"""Reading: what a run asks of committed rows in order to go on."""
