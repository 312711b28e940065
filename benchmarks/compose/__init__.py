"""`docker compose up` from built images to a filled dashboard."""
