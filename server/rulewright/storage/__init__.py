"""What services that keep derived things on disk build on; it knows no service."""
