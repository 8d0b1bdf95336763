"""Mentions to knowledge: which agreements and partnerships a corpus tells of, once each, with what says so."""
