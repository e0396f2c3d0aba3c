"""The survey that anybody with its link may answer, without a name, and its published results."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, make_response, redirect, request, session, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from web.auth import ANYONE, Of, allow
from web.pages import current, page
from web.unsigned import counting
from workflows.surveys import conducting
from workflows.surveys.conducting import InvalidAnswer
from workflows.surveys.models import Survey
from workflows.surveys.states import SurveyState

blueprint = Blueprint("survey", __name__, url_prefix="/portal/encuesta")

PER_NETWORK = 20
"""Answers an hour: a library or an office answers from one address; a machine would want hundreds."""
ANSWERED = "encuestas"
"""In the browser's own cookie: which surveys it answered, so that nobody answers twice by mistake."""


@blueprint.get("/<token>")
@allow(ANYONE, of=Of.NONE)
def show(token: str) -> str:
    """The question while it is open; then its results, once they are published."""
    with current().database.reading() as reading:
        return _shown(conducting.by_token(reading, token))


@blueprint.post("/<token>")
@allow(ANYONE, of=Of.NONE)
def answer(token: str) -> Response:
    """Take an answer."""
    application = current()
    with application.database.reading() as reading:
        survey_id = conducting.by_token(reading, token).id
    if token in _answered():
        return redirect(url_for("survey.thanks", token=token))
    counting.count(application, f"encuesta {survey_id}", PER_NETWORK)
    try:
        with application.database.unit_of_work() as writing:
            _keep(writing, token)
    except InvalidAnswer as wrong:
        with application.database.reading() as reading:
            shown = _shown(conducting.by_token(reading, token), error=wrong.message)
        return make_response(shown, HTTPStatus.UNPROCESSABLE_ENTITY)
    session[ANSWERED] = [*_answered(), token]
    return redirect(url_for("survey.thanks", token=token))


@blueprint.get("/<token>/gracias")
@allow(ANYONE, of=Of.NONE)
def thanks(token: str) -> str:
    """What somebody sees who answered."""
    with current().database.reading() as reading:
        return page("portal/survey_thanks.html", survey=conducting.by_token(reading, token))


def _keep(writing: Session, token: str) -> None:
    chosen = [int(value) for value in request.form.getlist("opcion") if value.isascii() and value.isdecimal()]
    text = request.form.get("texto", "")
    survey = conducting.by_token(writing, token)
    conducting.answer(writing, survey, chosen, text, now=current().engine.now())


def _shown(survey: Survey, error: str = "") -> str:
    chosen = {int(value) for value in request.form.getlist("opcion") if value.isascii() and value.isdecimal()}
    return page(
        "portal/survey.html",
        survey=survey,
        options=list(survey.options),
        takes_answers=conducting.takes_answers(survey, current().engine.now()),
        is_published=survey.state == SurveyState.PUBLISHED,
        answered=survey.token in _answered(),
        chosen=chosen,
        text=request.form.get("texto", ""),
        longest=conducting.LONGEST_TEXT,
        error=error,
    )


def _answered() -> list[str]:
    kept = session.get(ANSWERED)
    return [str(token) for token in kept][-20:] if isinstance(kept, list) else []
