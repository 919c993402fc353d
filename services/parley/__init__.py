"""Parley carries a negotiation between many parties to an issued, non-binding summary."""
