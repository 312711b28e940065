"""The shop in MySQL, by change data capture: tables, what brings the changes there, and whether both are equal."""
