"""What one file says: pure functions of its bytes."""
