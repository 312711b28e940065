"""What notebooks, the report and experiments share: the look of a chart, and the way to the shop's database."""
