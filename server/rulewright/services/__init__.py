"""Each module owns one kind of state or one outside thing; none knows another."""
