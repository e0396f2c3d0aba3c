"""What people send without signing in: how often one network may."""
