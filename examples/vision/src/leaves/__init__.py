"""Which disease a leaf has, from a phone's photo."""
