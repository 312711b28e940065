"""A lake: the rows of a large shop as Parquet, made by many tasks that know nothing of each other, without a database.

`places` says where a table's rows lie and from when on they are final, `columns` makes Arrow of rows, `files` puts them
where they belong, `task_sink` takes batches and writes each file once all its rows are final, `task` is what an engine
carries out, `manifest` says what a lake is of and whether it is whole, and `making` drives it all.
"""
