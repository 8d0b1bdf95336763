"""One page for people who only read: what an output holds, in a file that is opened from the disk."""
