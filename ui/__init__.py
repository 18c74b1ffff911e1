"""The faces: command line, pages, HTTP API. The only place that wires the way in and the way out together."""
