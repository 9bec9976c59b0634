"""What imports mean, what brings a name in and where that goes: a table a language, run by `test_import_tables`."""
