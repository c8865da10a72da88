"""The agent on the artist's machine: trains at home, says no where the artist's rules say no, never imports Django.

    fedart-edge --home DIR enrol --server URL --name NAME --pictures FOLDER
    fedart-edge --home DIR run

docs/edge.md tells the whole story.
"""

VERSION = "0.1.0"
