"""Records in the formats of other tools, and back from there what people have decided in them."""
