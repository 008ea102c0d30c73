"""What the shop says: messages, their templates, when they may go, their delivery and what became of them."""
