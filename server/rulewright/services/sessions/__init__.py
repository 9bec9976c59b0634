"""Conversations: documents that merge (`document`), their rows in `state.db` (`rows`), and what is done with them."""
