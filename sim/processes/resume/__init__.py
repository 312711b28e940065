"""Resume a shop from its committed rows; `shop.resume` puts the rooms together."""
