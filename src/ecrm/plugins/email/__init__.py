"""E-mail by SMTP, and the mails that come back."""
