"""What spans say of one another, and the facts that follow."""
