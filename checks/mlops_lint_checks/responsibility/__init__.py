"""Fairness, explainability, oversight."""
