"""A backend that says it is MySQL, as far as ecrm asks: a real one needs a server and a driver."""
