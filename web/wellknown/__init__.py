"""What machines look for at addresses that everybody agreed on."""
