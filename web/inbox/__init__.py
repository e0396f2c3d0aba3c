"""The inbox: tasks, their pages, cases."""
