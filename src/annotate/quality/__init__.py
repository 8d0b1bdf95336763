"""Tools that judge rules and outputs: examples, explanations, evaluation, comparison."""
