"""The dashboards as one page that works offline, and as PNG and PDF: drawn from the files that Redash is made from."""
