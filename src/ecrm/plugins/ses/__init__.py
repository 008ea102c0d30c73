"""What Amazon SES tells by way of SNS: what became of e-mails, and mails that came in."""
