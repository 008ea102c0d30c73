"""The tables of surveys, one module each."""
