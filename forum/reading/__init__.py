"""Reading: what a member, or a guest who asked for it, has read of each thread, and how a member reads."""
