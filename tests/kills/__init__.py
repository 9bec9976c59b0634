"""Programs that write what must not be lost are killed at random moments: `python -m tests.kills --kills 200`."""
