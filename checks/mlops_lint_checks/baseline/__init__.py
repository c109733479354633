"""The baseline: stated, built, beaten."""
