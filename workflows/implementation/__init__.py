"""The years of the plan: action plans, money, follow-up, what is reported outside, and the closing of a year."""
