"""What privacy decides by itself: whom a text names, when an answer is due, what is kept how long."""
