"""A small web of invented pages, and the forward model of the damage done to some of them."""
