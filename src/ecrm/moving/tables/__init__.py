"""The SQL of a move: bookmarks and their guard, pages of rows, what follows from the rows."""
