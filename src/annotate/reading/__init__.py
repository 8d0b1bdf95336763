"""Inputs to documents: which files, which encoding, which format, which day."""
