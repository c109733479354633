"""Monitoring hooks and what they watch."""
