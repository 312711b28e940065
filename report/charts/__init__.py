"""Redash's visualizations, one type a file: typed options and a result in, a drawing out."""
