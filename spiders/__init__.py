"""Where pages come from: thin spiders that yield requests and captures only."""
