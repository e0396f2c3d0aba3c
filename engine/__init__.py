"""A BPMN process engine: publishes diagrams, runs instances, hands out user tasks.

It knows nothing of plans, mail or HTTP, and would serve another domain unchanged.
"""
