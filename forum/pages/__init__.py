"""Pages the operator writes: About, Rules, Privacy and Contact."""
