"""What changes federated state: verbs with keyword-only arguments that return the changed row."""
