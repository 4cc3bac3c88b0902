"""The yardstick: one FastAPI route that answers a small JSON document and does nothing else."""

from fastapi import FastAPI

app = FastAPI(openapi_url=None)


@app.get("/{system}/{code}")
async def page(system: str, code: str) -> dict[str, object]:
    """As little as a route can do."""
    return {"system": system, "code": code, "display": "A title", "billable": True}
