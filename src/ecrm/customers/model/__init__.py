"""The rules of who is who: claims, grouping, traits; no database, no clock."""
