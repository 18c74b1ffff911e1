"""Youju's foundations: the nouns, the text and quantity readers, the embedders, the snapshot. Imports none of its siblings."""
