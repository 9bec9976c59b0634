"""Figures, as ratios against named tools or floors, each pair run side by side. `make bench` prints them."""
