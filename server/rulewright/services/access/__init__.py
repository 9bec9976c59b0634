"""Who is let in: tokens that are signed, end by themselves and can be revoked."""
