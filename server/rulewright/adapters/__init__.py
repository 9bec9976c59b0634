"""Decode, one gateway call, encode."""
