"""How we fetch: Scrapy settings and components, and the vocabulary every room shares (`items`)."""
