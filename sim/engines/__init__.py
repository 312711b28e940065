"""Engines: who does many jobs that know nothing of each other, in this process, in others, or on other machines.

What comes of a job depends on the job alone, so every engine gives the same outcomes; only their order differs.
"""
