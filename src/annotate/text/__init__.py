"""Text before any rule: its tokens and its languages."""
