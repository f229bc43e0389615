"""What we know of each site: one small TOML file a site; none is needed."""
