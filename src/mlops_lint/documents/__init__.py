"""Bytes become trees with positions. Nothing here knows what the trees mean."""
