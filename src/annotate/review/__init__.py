"""A person's judgement of what was found: the page, the decisions, and what they are good for."""
