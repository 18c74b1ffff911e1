"""Which fusion of lexical and dense scores, and which tokens: the measurements behind docs/fusion.md."""
