"""Training of the bundled retrieval model; never imported at run time (see docs/model.md)."""
