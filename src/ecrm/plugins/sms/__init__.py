"""Text messages by Twilio or Netgsm, and what comes back of them from Twilio."""
