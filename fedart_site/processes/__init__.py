"""The processes of the platform on one machine: what they are, and how one parent runs and ends them."""
