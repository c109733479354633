"""Facts that are linked across the files of a project."""
