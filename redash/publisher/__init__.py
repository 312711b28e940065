"""Dashboards as code: files that are read and validated, a Redash that is made to agree with them, edits brought back.

`api` knows HTTP, `files` (queries, dashboards, parameters) knows the file formats, `wanted` says what Redash should
hold for a file, `three_way` which side was edited; `publish` sends the files' edits and `pull` brings Redash's.
"""
