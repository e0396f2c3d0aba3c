"""Whether Cauce works: for load balancers, monitors and administrators."""
