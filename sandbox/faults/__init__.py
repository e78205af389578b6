"""Scripted misbehaviour: which calls go wrong (book) and how they look on the wire (answers)."""
