"""End what is overdue and nothing in the cluster ended, while the dashboard is open (being built by helper 9)."""
