"""What imports mean, what brings a name in and where that goes: a table for each language, run by `test_import_tables`."""
