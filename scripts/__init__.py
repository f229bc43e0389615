"""Programs run by hand that build the data the project ships; not installed."""
