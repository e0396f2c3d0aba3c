"""Forms on a page: what the browser sends, and how a form is shown.

A task page needs three views and no more:

```python
@blueprint.get("/tareas/<int:task_id>")
def show(task_id):
    with app.database.reading() as session:
        opened = app.forms.open(session, app.engine, task_id, actor)
        form = web.forms.render(opened, action=url_for(".send", …), draft_url=url_for(".keep_draft", …))
        return page("inbox/task.html", form=form, …)          # {{ form }}; load css/forms.css and dist/forms.js

@blueprint.post("/tareas/<int:task_id>")
def send(task_id):
    outcome = web.forms.receive(app, actor, task_id, request)
    if isinstance(outcome, web.forms.Sent):    redirect to what happens next
    if isinstance(outcome, web.forms.Kept):    redirect to this page + f"#{outcome.anchor}", or the inbox if .leaving
    # Refused: show the same page again with 422
    with app.database.reading() as session:
        opened = app.forms.open(session, app.engine, task_id, actor, raw=outcome.raw)
        form = web.forms.render(opened, errors=outcome.errors, …)

@blueprint.post("/tareas/<int:task_id>/borrador")
def keep_draft(task_id):
    return jsonify(web.forms.keep_draft(app, actor, task_id, request))
```

`files_url` of `render` is where a file goes as soon as it is chosen: a view that answers `web.forms.attach(…)`.

To correct what was sent: `app.forms.open_sent(session, app.engine, task_id, actor)`, `render(…, correcting=True)` if
`.amendable`, `receive(…, correcting=True)`, and after `Refused` `open_sent(…, raw=outcome.raw)`.
`render(…, readonly=True)` shows any form as it was sent, `facts=True` what is to be known before answering
it. `file_url` of `render` turns a file's id into its address.
"""

from web.forms.pages import render
from web.forms.receiving import (
    SEND,
    Kept,
    Outcome,
    Refused,
    Sent,
    action_of,
    attach,
    contradicts,
    keep_draft,
    parse_request,
    receive,
)

__all__ = [
    "SEND",
    "Kept",
    "Outcome",
    "Refused",
    "Sent",
    "action_of",
    "attach",
    "contradicts",
    "keep_draft",
    "parse_request",
    "receive",
    "render",
]
