"""Workers are killed while they send a letter to many: nobody gets two, nobody is forgotten."""
