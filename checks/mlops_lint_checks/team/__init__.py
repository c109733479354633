"""Owners and reviewers."""
