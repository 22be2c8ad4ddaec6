"""The PostgreSQL of the tests, but as safe as one in production: `python -m benchmarks.postgresql COMMAND`."""

import sys

from tests import postgresql

# What a server that keeps what it acknowledges pays for; the rest is what Debian's is set up with.
postgresql.OPTIONS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
}

if __name__ == "__main__":
    sys.exit(postgresql.main(sys.argv[1:]))
