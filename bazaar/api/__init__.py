"""What runs in somebody's own process: it imports none of the rooms, and asks a process of the program instead."""
