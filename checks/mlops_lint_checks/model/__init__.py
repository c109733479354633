"""The model: trained, locked, versioned."""
