"""Levels as games that a person plays, a key a move, by the rules that the search plays by.

Places are (column, row) from 0, row 0 on top.
"""
