"""Songs: MIDI files to windows of tokens and back. See ``domain.MusicDomain``."""
