"""İYS, Turkey's registry of who agreed to commercial messages: kept in step with the shop, both ways."""
