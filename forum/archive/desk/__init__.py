"""The desk's part of archives: a file is brought, looked at beside what it becomes, corrected, applied, rolled back."""
