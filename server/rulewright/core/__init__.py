"""Pure functions and values: no clock, disk, network, log or event loop."""
