"""WhatsApp by Meta's Cloud API, and what it tells and brings."""
