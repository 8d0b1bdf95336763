"""Bytes and files that appear whole or not at all, the journal of what is done, URLs."""
