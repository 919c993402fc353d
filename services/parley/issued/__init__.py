"""Issued: further forms of an issued summary, made from nothing but the JSON that was issued. The same JSON gives the same bytes."""
