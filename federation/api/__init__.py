"""What edge agents call over HTTP; views only translate between requests and services."""
