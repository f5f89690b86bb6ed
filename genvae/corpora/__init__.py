"""Training corpora: what there is, under which licence, and how it gets here."""
