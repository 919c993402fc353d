"""The summaries service: what the chair issues, sentence by sentence from its sources."""
