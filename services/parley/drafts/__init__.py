"""The drafts service: documents, versions, amendments and the chair's rulings."""
