"""Recovery plans: what is done about an indicator that a bottleneck holds back."""
