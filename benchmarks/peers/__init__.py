"""Other makers of shop data, from the package index: what they write in how long, beside Bazaar making history.

Each runs as its command line, whole: from the start of its process to its end, its own start-up included.
"""
