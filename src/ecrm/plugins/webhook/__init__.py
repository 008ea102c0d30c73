"""Messages posted to an address of the shop's own, signed, and to no address inside."""
