"""A run: which documents are done, by whom, and what is kept of them."""
