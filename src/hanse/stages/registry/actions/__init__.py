"""What is done in the registry. Each verb is one transaction, on the record."""
