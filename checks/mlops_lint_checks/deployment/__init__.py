"""Delivery and serving."""
