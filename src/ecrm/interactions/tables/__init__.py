"""The tables of what happened and their queries; no rules."""
