"""The API for programs: the use cases of the pages, for other systems to build on (docs/api.md)."""
