"""Tests: there, meaningful, run."""
