"""How the restorer's n-gram model is made: inputs, counts, estimate; `scripts.train_ngrams` runs it."""
