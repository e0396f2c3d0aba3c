"""How a document becomes binding: reviewed, approved, adopted by an act, published, and later modified."""
