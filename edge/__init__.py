"""The agent on the artist's machine: trains at home, says no where the artist's rules say no, never imports Django.

    python -m edge --home DIR enrol --server URL --name NAME --pictures FOLDER
    python -m edge --home DIR run

docs/edge.md tells the whole story.
"""

VERSION = "0.1.0"
