"""Shops for other programs: made once, kept, lent as copies, and taken back whatever becomes of who has them."""
