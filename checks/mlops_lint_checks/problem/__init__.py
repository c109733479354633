"""Goal, problem and the need for ML."""
