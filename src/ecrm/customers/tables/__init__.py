"""The tables of people and their queries; no rules."""
