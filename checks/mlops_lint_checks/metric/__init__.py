"""The metric: stated, computed, recorded, met."""
