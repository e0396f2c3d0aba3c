"""Reports a month from a sheet and reads its figures: `report_month.py PES-GOB 2018-06 mes.xlsx`.

The first row names the columns: `indicador`, those of the form (`valor_periodo`, …), and `soporte`, the path of a file.
"""

import base64
import hashlib
import json
import os
import sys
from pathlib import Path

import openpyxl
import requests


def ask(method: str, path: str, **sent: object) -> dict:
    """What Cauce answers; what it refuses ends the program in the words of Cauce."""
    headers = {
        "Authorization": f"Bearer {os.environ['CAUCE_TOKEN']}",
        "Accept-Language": "es",
        **sent.pop("headers", {}),
    }
    answer = requests.request(method, f"{os.environ['CAUCE_URL']}/api/v1{path}", headers=headers, timeout=60, **sent)
    said = answer.json()
    if not answer.ok:
        sys.exit("\n".join([said["detail"], *(f"  {one['path']}: {one['message']}" for one in said["errors"])]))
    return said


def row(cells: dict[str, object]) -> dict:
    """A row of the sheet as the API takes it."""
    proof = cells.pop("soporte", None)
    files = (
        [{"name": Path(proof).name, "content": base64.b64encode(Path(proof).read_bytes()).decode()}] if proof else []
    )
    values = {name: str(value)[:10] if hasattr(value, "year") else value for name, value in cells.items()}
    return {"indicator": values.pop("indicador"), "values": values, "files": files}


def report(plan: str, period: str, sheet: str) -> dict:
    """Report the rows of the sheet: the same sheet sent twice is reported once."""
    heads, *rows = openpyxl.load_workbook(sheet, data_only=True).active.iter_rows(values_only=True)
    told = {"rows": [row(dict(zip(heads, cells, strict=True))) for cells in rows if cells[0]]}
    key = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    return ask("POST", f"/plans/{plan}/periods/{period}/measurements", json=told, headers={"Idempotency-Key": key})


if __name__ == "__main__":
    report(*sys.argv[1:4])
    for one in ask("GET", f"/plans/{sys.argv[1]}/periods/{sys.argv[2]}")["indicators"]:
        print(one["code"], one["executed"], one["compliance"], one["color"], sep="\t")
