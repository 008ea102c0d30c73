"""What comes from elsewhere: webhooks that are received, systems that are asked."""
