"""What must not be lost: `state.db` in the state folder, in SQLite. One module a kind of record, beside the store."""
