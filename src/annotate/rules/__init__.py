"""Pattern files and CLDR to a `Grammar`, and the nouns that rules and matches are made of."""
