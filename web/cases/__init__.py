"""Cases (*procesos en curso*): the list, and where each one stands."""
