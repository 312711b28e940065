"""The replica in MySQL, in containers: how fast it is made, how far behind it is, and what it and its keepers cost."""
