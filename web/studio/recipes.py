"""Twenty changes that process leaders ask for, step by step, as the guide and the studio show them.

Run it after a change:  python -m docs.recipes
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """One change: what is wanted, on which tab (a word of `studio.tabs`), what to do, and what happens then."""

    title: str
    tab: str
    steps: Sequence[str]
    then: str = ""


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        "Cambiar un plazo: 7 días en vez de 5",
        "tabla",
        ("En la fila del paso, escriba 7 en *Plazo*.", "Enter, o *Guardar la tabla*."),
        "Si otro proceso cierra antes, o un aviso ya no cabe, lo dice arriba de la tabla un hallazgo en amarillo.",
    ),
    Recipe(
        "Recordar 4 días antes",
        "tabla",
        ("En la fila del paso, *Toda la ficha*.", "En *Recordatorios* agregue -4.", "*Guardar en el borrador*."),
        "Dice qué día vence la próxima vez, y qué días se avisa.",
    ),
    Recipe(
        "Quitar un paso",
        "tabla",
        (
            "En la fila del paso, *Quitar*: lo de antes se une con lo de después.",
            "*Deshacer el último cambio* lo repone.",
        ),
        "Si alguien más adelante usa lo que ese paso llenaba, queda un error y no se puede publicar.",
    ),
    Recipe(
        "Agregar un paso con su responsable, su plazo y su formulario",
        "tabla",
        (
            "En la fila del paso anterior, *+ después*.",
            "Diga qué se hace, quién, en cuántos días y con qué formulario; guarde.",
        ),
        "El dibujo le hace sitio solo. Para varios a la vez: *Agregar pasos desde Excel*.",
    ),
    Recipe(
        "Ir por «Sí» también cuando el semáforo sea Rojo",
        "condiciones",
        (
            "En la respuesta «Sí», *+ Otra condición* y elija **o**.",
            "Elija el dato, «es» y «Rojo»: solo se ofrecen los colores que hay.",
            "Lea la frase de abajo y guarde.",
        ),
    ),
    Recipe(
        "Decidir por una fila: «cuando alguna fila sea Aclarar»",
        "condiciones",
        (
            "En la respuesta, elija la columna: están todas las de los formularios de antes.",
            "Elija «en alguna fila es» y «Aclarar»; guarde.",
        ),
        "Lo que todavía no pasaba al proceso pasa desde entonces.",
    ),
    Recipe(
        "Crear un rol nuevo",
        "roles",
        (
            "En el dibujo elija la tarea o la franja, y *Crear un rol, o ver quién lo tiene*.",
            "Escriba el nombre, si es de cada entidad o de todo el sector, y marque quién lo tiene.",
            "*Crear el rol*: el paso ya lo nombra, y la administración recibe el pedido de dárselo a esas personas.",
        ),
        "Mientras nadie lo tenga no se publica. Donde falta en una entidad lo dice en amarillo, aquí y en el dibujo.",
    ),
    Recipe(
        "Hacer un formulario con un número de 1 a 3, opciones y un archivo",
        "formularios",
        (
            "Junto a la tarea, *Crear otro*, o *Crear el formulario* si no tiene; escriba cómo se llama.",
            "Agregue *Número* *Desde* 1 *Hasta* 3; *Una opción*; *Archivos*.",
            "*Probarlo* y escriba 4: dice por qué no.",
        ),
    ),
    Recipe(
        "Pedir el motivo solo si se devuelve, con 10 letras o más",
        "formularios",
        (
            "Abra el campo *Motivo*.",
            "*Solo cuando…* propone la pregunta de antes, «Decisión»: elija «Devuelta».",
            "*Al menos (letras)*, 10; Enter.",
        ),
    ),
    Recipe(
        "Pedir una tabla de tres columnas",
        "formularios",
        ("*Agregar › Tabla de filas*.", "Escriba sus columnas y qué se responde en cada una; guarde."),
        "La plantilla de Excel del reporte trae las columnas nuevas.",
    ),
    Recipe(
        "Volver mensual un proceso",
        "comienzo",
        (
            "*Solo, por el calendario*.",
            "Elija cada cuánto y cuándo se abre; mire las próximas doce fechas.",
            "*Guardar en el borrador*.",
        ),
        "Al publicar se confirma desde qué periodo: si no dice otra cosa, el próximo; no se abre nada de lo que pasó.",
    ),
    Recipe(
        "Empezar uno a mano para una entidad",
        "en curso",
        ("En la página del proceso, *Empezar uno*.", "Elija el plan y la entidad, y responda lo que pide su inicio."),
    ),
    Recipe(
        "Usar un rol de la entidad donde no hay entidad",
        "dibujo",
        (
            "El hallazgo lo dice en el paso, con *Preguntar al empezar: entidad*.",
            "Si lo abre el calendario, elija un rol de todo el sector, o abra un proceso por cada entidad.",
        ),
    ),
    Recipe(
        "Cambiar dos pasos de turno, y uno de persona",
        "tabla",
        ("En la fila del primero, *↓*.", "En *Quién* del otro, escriba el rol; Enter."),
    ),
    Recipe(
        "Ensayar «se devuelve una fila» y guardarlo",
        "publicar",
        (
            "En la página del proceso, *Ensayar*.",
            "Elija que se devuelve una vez; mire quién tiene qué, los correos y las fechas.",
            "*Guardar el ensayo* con un nombre: se repite antes de cada publicación.",
        ),
    ),
    Recipe(
        "Pedir que otra persona lo revise, y que rija desde un día",
        "publicar",
        ("*Revisar y publicar*; elija *Desde un día*.", "Escriba por qué, y *Pedir que otra persona lo revise*."),
        "Quien lo dibujó no lo aprueba.",
    ),
    Recipe(
        "Volver a una versión anterior",
        "publicar",
        ("En *Versiones*, abra la que quiere.", "*Volver a la versión…*, mire qué cambia y publíquelo."),
    ),
    Recipe(
        "Pasar los casos en curso a la versión nueva, o suspender uno",
        "en curso",
        (
            "*En curso*, marque *Todos* y *Probar*; o, en la fila de uno, *Suspender*.",
            "Mire qué le pasaría a cada uno antes de hacerlo; se puede deshacer.",
        ),
    ),
    Recipe(
        "Reparar un caso detenido",
        "en curso",
        (
            "*En curso*: abajo están los detenidos, juntos los que fallaron por lo mismo.",
            "Repita el paso, corrija antes el dato que falte, u omítalo con su razón.",
        ),
    ),
    Recipe(
        "Traer un proceso de Bizagi, y llevarse los de Cauce",
        "dibujo",
        (
            "*Procesos › Traer un diagrama*; responda las preguntas y *Abrir en el editor*.",
            "*Ordenar el dibujo* lo deja parejo; *Deshacer* lo devuelve.",
            "En la página del proceso, *Para llevar*: el manual (PDF o Word), el diagrama, el dibujo.",
        ),
    ),
)
"""In the order of the guide."""


def of_tab(tab: str) -> list[Recipe]:
    """Those that are done on a tab; without one, on the page of the process."""
    tabs = (tab,) if tab else ("publicar", "en curso")
    return [one for one in RECIPES if one.tab in tabs]
