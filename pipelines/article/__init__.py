"""What of the blocks is the article: headline, body, pictures, and what stands around them; called by `extract.py`."""
