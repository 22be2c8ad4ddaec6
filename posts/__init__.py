"""Posts: the articles, links and questions that threads begin with."""
