"""The files of the dashboards in `redash/`: read, validated and written back.

The publisher brings them to Redash, the report draws them; neither knows the other.
"""
