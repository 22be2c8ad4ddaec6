"""A thread as one file that opens from a disk, prints, and imports back."""
