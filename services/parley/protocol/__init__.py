"""The pure rules that all services share: who is who, who may do and see what, and how a text is marked."""
