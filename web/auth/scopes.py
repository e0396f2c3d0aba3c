"""What the token of a program may be for."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """What a token opens, beside what whoever it acts as may: the less of both."""

    TASKS_READ = "tasks:read"
    TASKS_WRITE = "tasks:write"
    CASES_READ = "cases:read"
    CASES_WRITE = "cases:write"
    MESSAGES_WRITE = "messages:write"
    PLANS_READ = "plans:read"
    DOCUMENTS_READ = "documents:read"
    PEOPLE_READ = "people:read"
    EVENTS_READ = "events:read"


WORDS = {
    Scope.TASKS_READ: "ver tareas, formularios y lo enviado",
    Scope.TASKS_WRITE: "guardar borradores, adjuntar y enviar formularios y mediciones",
    Scope.CASES_READ: "ver procesos en curso y lo que esperan",
    Scope.CASES_WRITE: "empezar procesos",
    Scope.MESSAGES_WRITE: "enviar mensajes a procesos",
    Scope.PLANS_READ: "ver planes, indicadores, periodos y cifras",
    Scope.DOCUMENTS_READ: "ver y descargar documentos",
    Scope.PEOPLE_READ: "ver personas y sus roles",
    Scope.EVENTS_READ: "ver lo que va pasando en los procesos",
}
"""Each in the words of the page where tokens are made."""
