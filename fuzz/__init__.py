"""Fuzz targets: functions of bytes that raise for a defect alone, with atheris or without."""
