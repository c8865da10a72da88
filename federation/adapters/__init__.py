"""What may be shared of an adapter: its exact shape, its flat vector and its file. Pure: numpy only."""
