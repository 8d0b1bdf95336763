"""Annotating over HTTP, for programs in other languages: one text, a batch, or a stream of lines."""
