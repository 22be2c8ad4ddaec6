"""Who is told what, on the site and by mail, and the outbox through which every mail of the site leaves."""
