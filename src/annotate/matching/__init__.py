"""A `Grammar` over tokens: units, numbers, rules in levels, and which of rival matches stays."""
