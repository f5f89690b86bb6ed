"""What it means to play a level, one file a game. A tileset names the file it follows."""
