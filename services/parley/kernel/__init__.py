"""Technique without a word of the domain: how facts are decided, recorded, followed and viewed."""
