"""The way out: question → query → hits → evidence → draft → checks → answer."""
