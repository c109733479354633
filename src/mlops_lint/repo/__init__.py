"""The only package that touches the disk or git: bytes and names, with nothing of the repository run."""
