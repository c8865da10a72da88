"""Making a picture: its parameters, the warm model in the worker, the preview and the mark. See each file."""
