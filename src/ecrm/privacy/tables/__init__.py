"""The SQL of privacy: a person's rows in every table, requests, what is left of erased people."""
