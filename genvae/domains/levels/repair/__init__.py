"""The fewest tile changes that let a level be played: a file for each game."""
