"""Kafka and PostgreSQL on a machine with only Python: for `make cluster`, and for the tests that need the real parts."""
