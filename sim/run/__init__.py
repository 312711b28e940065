"""One run of a shop: on which configuration it starts, how its history is made, how it lives and how it is resumed."""
