"""The monthly follow-up: periods, measurements, figures, bottlenecks."""
