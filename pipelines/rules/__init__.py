"""Tables that the rules walk: vocabularies and conversion tables, each with its origin."""
