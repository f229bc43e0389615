"""The traces that hijackers leave: in titles and headers, in links, in scripts; called by `pipelines.despam`."""
