"""Pages: they translate between HTTP and the services, nothing more."""
