"""How a plan enters the system: workbook, YAML, measured months, the demo."""
