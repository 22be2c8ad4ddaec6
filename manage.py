#!/usr/bin/env python
"""Runs the site's management commands."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
    from django.core.management import execute_from_command_line
    from django.db import Error

    try:
        execute_from_command_line(sys.argv)
    except Error as error:
        from forum.operating import failing

        said = "" if "--traceback" in sys.argv else failing.sentence(error)
        if not said:
            raise
        print(said, file=sys.stderr)
        sys.exit(failing.status(sys.argv[1]))


if __name__ == "__main__":
    main()
