"""A play in which things go wrong: killed processes, lost databases, full disks, bad mail servers, clocks that jump."""
