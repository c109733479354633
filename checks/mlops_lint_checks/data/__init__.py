"""Data: declared, versioned, labelled."""
