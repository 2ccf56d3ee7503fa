"""What a person has to say to INPS: drafts, what was sent, what takes its place, attachments, forms kept meanwhile."""
