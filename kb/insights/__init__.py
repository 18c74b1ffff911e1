"""What the stored answers and replies say about the work: counted from the store, by pure functions."""
