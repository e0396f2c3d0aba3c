"""What the engine and its door cost, measured on the product as it is put together for people.

`python3 dev.py bench [--json] [--only NAME] [--database URL]`. Each module measures one group of figures; `harness`
holds what they share. Only medians are told, what is compared is measured in turns, and the figure everything
depends on (what the bare database can do here and now) is taken in the same run.
"""
