"""The Model Context Protocol, for agents: rules for a file, why, checks and symbols. The only importer of its SDK."""
