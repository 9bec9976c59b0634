"""Rules: reading, matching, explaining, checking, fixing; the only home of ast-grep."""
