"""The gateway: the web pages, a client of the services like any other."""
