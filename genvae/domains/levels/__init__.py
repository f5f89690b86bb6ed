"""Levels made of tiles: read, cut into windows, checked by playing, drawn and written."""
