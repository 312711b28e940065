"""The program's own processes: everything here may import the rooms, and nobody else's process imports it."""
