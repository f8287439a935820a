"""The methods: pure functions, tables in and tables or small frozen results out. No files, no clock."""
