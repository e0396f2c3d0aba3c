"""The life of a sectoral strategic plan, without mail and without HTTP."""
