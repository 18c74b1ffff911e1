"""Practice for people who answer customers: exercises, their scoring, and how they go. Needs no language model."""
