"""What is held about a person: told, handed out, erased (Ley 1581 of 2012)."""
