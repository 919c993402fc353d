"""The drafts service: documents and their versions, amendments, and the chair's rulings on them."""
