"""The way in: file → article → sections → chunks → vectors → published snapshot."""
