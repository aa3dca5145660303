"""Reference files become the embedded panel and map, with the hash of every input."""
