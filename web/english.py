"""What forms and files are refused for, in English: `{}` stands for what a sentence says of the case.

Everything is written in Spanish where it is found; whoever asks for English is told what is listed here, a part that
is listed too, and the rest as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

LONGEST = 2_000
"""A longer sentence quotes something long: it is left as it is."""

SENTENCES: Mapping[str, str] = {
    # any form
    "Se esperaba un objeto con los campos del formulario.": "An object with the fields of the form is expected.",
    "Se esperaba un objeto JSON con los campos del formulario.": "An object with the fields of the form is expected.",
    "Lo escrito es demasiado largo. Acórtelo o envíelo como archivo adjunto.":
        "What was written is too long. Shorten it, or attach it as a file.",
    "Escriba el número.": "A number is required.",
    "Escriba la fecha.": "A date is required.",
    "Escriba la respuesta.": "An answer is required.",
    "Esta mesa está aplazada: fije en su página el día en que se hizo.":
        "This meeting was called off: set the day on which it was held, on its page.",
    "Marque la casilla para continuar.": "The box has to be ticked.",
    "Elija una opción.": "An option is required.",
    "Elija al menos una opción.": "At least one option is required.",
    "Cargue al menos un archivo.": "At least one file is required.",
    "Agregue al menos una fila.": "At least one row is required.",
    "Agregue al menos {} filas.": "At least {} rows are required.",
    "La tabla admite a lo sumo {} filas.": "The table takes {} rows at most.",
    "La tabla cambió mientras usted escribía. Revise sus filas.":
        "The table changed meanwhile: read its rows again.",
    "Cambió mientras usted lo revisaba: {} → {}. Revíselo y vuelva a enviar.":
        "It changed meanwhile: {} → {}. Read it again, and send it again.",
    "Diga qué vio aquí. Ahora dice: {}.": "What was seen here has to be sent back. It says now: {}.",
    "Marque o deje sin marcar la casilla.": "A box is true or false.",
    "Escriba un número entero, sin decimales.": "A whole number is expected, without decimals.",
    "Escriba un número entero.": "A whole number is expected.",
    "Escriba a lo sumo {} decimales.": "At most {} decimals are taken.",
    "Debe ser {} o más.": "It must be {} or more.",
    "Debe ser {} o menos.": "It must be {} or less.",
    "Debe ser mayor que {}.": "It must be more than {}.",
    "Tiene {} caracteres; el máximo es {}.": "It has {} characters; at most {} are taken.",
    "Escriba al menos {} caracteres.": "At least {} characters are expected.",
    "Debe ser el {} o después.": "It must be {} or later.",
    "Debe ser el {} o antes.": "It must be {} or earlier.",
    "Son demasiadas opciones.": "Those are too many options.",
    "Deje a lo sumo {} archivo.": "At most {} file is taken.",
    "Deje a lo sumo {} archivos.": "At most {} files are taken.",
    "Elija una de las opciones de la lista.": "It must be one of the options.",
    "El archivo no está cargado en este formulario. Cárguelo de nuevo.":
        "That file was not uploaded for this form: upload it again.",
    "Escriba un texto.": "A text is expected.",
    "El texto es demasiado largo.": "The text is too long.",
    "El texto tiene {} un carácter invisible que no se puede guardar (U+{}). Borre esa parte y escríbala de nuevo.":
        "The text has a character that cannot be kept, {} (U+{}).",
    "al comienzo": "at the beginning",
    "después de «{}»": "after «{}»",
    "Escriba el número así: 1.234,5 (punto para los miles, coma para los decimales).":
        "A JSON number is expected, or a text such as 1.234,5 (point for thousands, comma for decimals).",
    "El número es demasiado grande; revise la unidad.": "The number is too large; check its unit.",
    "Escriba la fecha como día/mes/año, por ejemplo 22/11/2026.": "A date is expected, such as 2026-11-22.",
    "Escriba la fecha y la hora, por ejemplo 22/11/2026 14:30.":
        "A date with its time is expected, such as 2026-11-22 14:30.",
    "Escriba la hora con dos cifras, por ejemplo 08:30.": "A time is expected, such as 08:30.",
    "La fecha debe estar entre 1900 y 2100; revise el año.": "The date must lie between 1900 and 2100.",
    "Escriba un correo, por ejemplo nombre@entidad.gov.co.": "An e-mail address is expected.",
    "Escriba los diez números del celular, sin espacios.": "The ten digits of a mobile phone are expected.",
    "Escriba el número del documento, sin puntos ni espacios.":
        "The number of an identity document is expected, digits only.",
    "Escriba el NIT con su dígito, por ejemplo 899999061-9.":
        "A tax number (NIT) with its check digit is expected, such as 899999061-9.",
    "Escriba los trece números del código BPIN.": "The thirteen digits of a BPIN code are expected.",
    "Escriba el año con cuatro cifras, por ejemplo 2026.": "A year of four digits is expected.",
    "Escriba año y mes, por ejemplo 2026-09.": "A year and month are expected, such as 2026-09.",
    "No tiene la forma pedida.": "It does not have the form that is asked for.",
    "«{}» no tiene el registro que lo prueba. Déjelo sin marcar.":
        "«{}» lacks the record that proves it: leave it unticked.",
    "Diga por qué queda sin marcar: {}.": "A reason is required for leaving unticked: {}.",
    # files
    "«{}» está vacío. Revise el archivo y cárguelo de nuevo.": "«{}» is empty.",
    "«{}» pesa más de {} MB. Redúzcalo o pártalo en varios.": "«{}» is larger than {} MB.",
    "«{}» no es un archivo que se acepte. Use {}, sin programas ni macros.":
        "«{}» is no file that is taken. Send {}, without programs or macros.",
    "«{}» no cabe: en esta tarea usted ya cargó {}. Póngalos en un ZIP.":
        "«{}» does not fit: {} were uploaded for this task already. Put them into a ZIP.",
    "{} archivos o {} MB": "{} files or {} MB",
    "El contenido de «{}» no está en base64.": "The content of «{}» is no base64.",
    # reporting a month
    "Ninguna tarea abierta suya pide todo eso en {}.": "No open task of yours asks for all of that in {}.",
    "Ninguna tarea abierta suya pide todo eso en {}. Las tareas que usted tiene abiertas de {} piden: {}.":
        "No open task of yours asks for all of that in {}. Your open tasks of {} ask for: {}.",
    "El plan no tiene ese mes, o todavía no se abre.": "The plan does not have that month, or it is not open yet.",
    "La fecha de la evidencia no puede ser futura.": "The date of evidence cannot lie in the future.",
    "Escriba la fecha, aquí o arriba para todos los soportes.":
        "The date of evidence is required, here or above for all.",
    "Este indicador va en números enteros.": "This indicator takes whole numbers.",
    "Este indicador va con {} decimal a lo sumo.": "This indicator takes {} decimal at most.",
    "Este indicador va con {} decimales a lo sumo.": "This indicator takes {} decimals at most.",
    "Escriba el porcentaje completo: {} y no {}.": "Write the whole percentage: {} instead of {}.",
    "El valor no puede ser menor que {}, según la ficha del indicador.":
        "The value cannot be less than {}: the sheet of the indicator says so.",
    "El valor no puede ser mayor que {}, según la ficha del indicador.":
        "The value cannot be more than {}: the sheet of the indicator says so.",
    "Explique el rezago: con este valor el indicador queda {}.":
        "The delay has to be explained: with this value the indicator is {}.",
    "Explique por qué se restan {}: el valor es negativo.":
        "Why {} is subtracted has to be explained: the value is negative.",
    "Explique por qué baja de {} a {} frente al dato anterior.":
        "Why it falls from {} to {} since the value before has to be explained.",
    "Explique por qué sube de {} a {} frente al dato anterior.":
        "Why it rises from {} to {} since the value before has to be explained.",
    "Explique por qué supera lo programado: queda en sobreejecución.":
        "Why it is above what was programmed has to be explained.",
    "{} Si está bien, diga por qué; si no, corríjalo.": "{} If it is right, say why; if not, correct it.",
    "{} es negativo, y este indicador nunca lo ha sido.": "{} is negative, and this indicator never was.",
    "{} es {} veces el último dato ({}).": "{} is {} times the last value ({}).",
    "{} es {} veces lo programado ({}).": "{} is {} times what was programmed ({}).",
    "{} es mucho menos que el último dato ({}).": "{} is much less than the last value ({}).",
    "{} es mucho menos que lo programado ({}).": "{} is much less than what was programmed ({}).",
    "Marque las filas que devuelve, o escriba el motivo de devolver todo el reporte.":
        "Mark the rows that are returned, or write why the whole report is.",
    "Esta persona no aceptó. Elija a otra.": "This person did not accept: choose another.",
    "Elija a otra persona: quien reporta no se puede {} a sí mismo.":
        "Choose another person: whoever reports cannot do «{}» of their own.",
    "La reunión no puede ser en un día que ya pasó.": "The meeting cannot be on a day that is over.",
    "La cifra no dice que cumpla. Diga por qué en una frase: queda en el acta y en el informe como veredicto contra la "
    "cifra.": "The figure does not say that it complies: a reason is required.",
    "Este argumento ya está en un juicio distinto. Diga el de este.":
        "This argument stands already under another verdict: give the one of this.",
    "La fecha de la medida ya pasó. Escriba una futura.": "The date of the measure is over: write a future one.",
    "La apropiación vigente es {}. Si cambió, registre la modificación presupuestal con su acto, en Plan, Presupuesto.":
        "The appropriation in force is {}. If it changed, register the budget modification with its act.",
    "Los compromisos no pueden superar la apropiación vigente, {}. Revise que estén en pesos; si hubo una adición, "
    "regístrela en Plan, Presupuesto.":
        "Commitments cannot exceed the appropriation in force, {}. Check that they are in pesos.",
    "Los giros no pueden superar los compromisos.": "Payments cannot exceed commitments.",
    "Los {} del año bajan de {} en {} a {}: diga por qué (reintegro, anulación o corrección).":
        "«{}» of the year fall from {} in {} to {}: a reason is required (refund, annulment or correction).",
    "Los {} son más de diez veces los del mes anterior ({}): confirme y diga por qué.":
        "«{}» are more than ten times those of the month before ({}): a reason is required.",
    "Los compromisos son menos de la milésima parte de la apropiación ({}): ¿están en pesos?":
        "Commitments are less than a thousandth of the appropriation ({}): are they in pesos?",
    "Los compromisos no pueden superar la apropiación de la meta, {}.":
        "Commitments cannot exceed the appropriation of the goal, {}.",
    "Los {} bajan de {} en {} a {}: diga por qué.": "«{}» fall from {} in {} to {}: a reason is required.",
    "Las localidades de {} suman {} y el valor del mes es {}.":
        "The places of {} add up to {} and the value of the month is {}.",
    # harmonising with a new development plan
    "Esto no dice qué pasa con la meta. Escriba {}.": "This does not say what becomes of the goal. Expected: {}.",
    "Faltan partes o sobran. Escriba {}.": "There are too few parts, or too many. Expected: {}.",
    "El proyecto {} es nuevo: escriba su código y, después de un espacio, su nombre.":
        "Project {} is new: its code is expected and, after a space, its name.",
    "El código de un proyecto llega a 40 letras, y el de una meta a 20.":
        "The code of a project has 40 letters at most, and that of a goal 20.",
    "«{}» ya es el código de otra meta o de un indicador.": "«{}» is the code of another goal or of an indicator.",
    # recovery plans
    "Termina antes de empezar. Corrija una de las dos fechas.": "It ends before it begins.",
    "Termina antes de empezar.": "It ends before it begins.",
    "Termina después de la fecha en que el indicador debe estar recuperado.":
        "It ends after the day on which the indicator must have recovered.",
    "Adjunte lo que muestra que se cumplió.": "Attach what shows that it was done.",
    "Elija una fecha futura.": "A future date is expected.",
    "El plan termina el {}: elija una fecha anterior.": "The plan ends on {}: an earlier date is expected.",
    "El indicador no se recuperó: el plan no puede darse por eficaz.":
        "The indicator did not recover: the plan was not effective.",
    # approval, modifications and publication
    "Esta ya es la ronda {}: el máximo no puede ser menor.": "This is round {} already: the most cannot be less.",
    "La fecha del acto no puede ser un día que no ha llegado.": "The date of the act cannot lie in the future.",
    "Ya hay otro acto de ese tipo y año con ese número. Revíselo.":
        "Another act of that kind and year has this number.",
    "Convoque a los tres públicos: la guía los pide todos.": "All three audiences have to be convened.",
    "La presentación no puede ser en un día que ya pasó.": "The presentation cannot be on a day that is over.",
    "Diga qué cambia de: {}; o quite la marca.": "Say what changes of: {}; or untick it.",
    "Cambia {}: es una modificación mayor. Menor es programación o responsable.":
        "It changes {}: that is a major modification. Minor ones are of programming or of people.",
    "Este cambio es de «{}»: márquelo arriba o elija otro elemento.":
        "This change is of «{}»: tick it above, or choose another element.",
    "Este elemento ya está en otra fila.": "This element is in another row already.",
    "Quedaría como está: cambie el valor.": "It would stay as it is: change the value.",
    "La programación mensual de {} llega a {} y la meta es {}. Cambie también la otra, para que coincidan.":
        "The monthly programming of {} reaches {} and the target is {}: change the other too, so that they agree.",
    "Escriba una de: {}.": "One of these is expected: {}.",
    "Escriba los doce meses, de enero a diciembre, separados por punto y coma.":
        "Twelve values are expected, from January to December, separated by semicolons.",
    "No hay una persona activa que se llame «{}». Escriba su nombre completo o su usuario.":
        "No active person is called «{}»: write the whole name or the username.",
    "Escriba «sí» o «no».": "«sí» or «no» is expected.",
    "Escriba la dirección completa, con https:// al comienzo.": "The whole address is expected, with https://.",
    "Escriba la dirección con https://": "The address is expected with https://",
    "Diga qué encontró, para que se pueda corregir.": "Say what was found, so that it can be corrected.",
    "La fecha no puede ser un día por venir.": "The date cannot lie in the future.",
    "Hay observaciones acogidas: diga qué cambió en el documento.":
        "There are accepted remarks: say what changed in the document.",
    # evaluation and reports
    "{} Ciérrelo antes de consolidar el informe.": "{} Close it before the report is consolidated.",
    "{} Ciérrelo antes de preparar la base.": "{} Close it before the base is prepared.",
    "Todavía no está cerrado el seguimiento de {}.": "The follow-up of {} is not closed yet.",
    "Lea el capítulo y márquelo como revisado.": "Read the chapter and mark it as revised.",
    # formulation
    "Este código ya está en la tabla.": "This code is in the table already.",
    "Este color ya está en la tabla.": "This colour is in the table already.",
    "Este paso ya está en la tabla.": "This step is in the table already.",
    "Esta actividad ya está en la tabla.": "This activity is in the table already.",
    "Este término ya está en la tabla.": "This term is in the table already.",
    "Esta opción ya está en la tabla.": "This option is in the table already.",
    "Este trabajo ya está en la tabla.": "This work is in the table already.",
    "Este proyecto ya está en la tabla.": "This project is in the table already.",
    "Este tema ya está en la tabla.": "This theme is in the table already.",
    "Este valor ya está en la tabla.": "This value is in the table already.",
    "Solo el último color va sin límite.": "Only the last colour has no bound.",
    "El último color no lleva límite: cubre lo que pase del anterior.": "The last colour has no bound.",
    "Ponga los colores en su orden: rojo, amarillo, verde, naranja.":
        "The colours go in their order: rojo, amarillo, verde, naranja.",
    "Los pesos de las líneas suman {} y deben sumar 100.": "The weights of the lines add up to {} instead of 100.",
    "Los pesos de los objetivos de {} suman {} y deben sumar 100.":
        "The weights of the objectives of {} add up to {} instead of 100.",
    "Todos los pesos son mayores que 0.": "Every weight is more than 0.",
    "El código es 3.1, 3.2 y así en adelante.": "The code is 3.1, 3.2 and so on.",
    "Los títulos son {}.": "The titles are {}.",
    "Diga bajo cuál de los títulos va esta línea.": "Say under which of the titles this line goes.",
    "Ese objetivo no está en la tabla.": "That objective is not in the table.",
    "Esa línea no está en la tabla.": "That line is not in the table.",
    "Esa actividad no está en la tabla.": "That activity is not in the table.",
    "Esta línea no tiene objetivos.": "This line has no objectives.",
    "Sin producto: {}. Cada objetivo necesita al menos uno.": "Without a product: {}. Each objective needs one.",
    "No está en la tabla de arriba. Agréguelo o elija otro.": "It is not in the table above.",
    "Un indicador {} no es para {}.": "An indicator «{}» is not to «{}».",
    "El plan va de {} a {}.": "The plan goes from {} to {}.",
    "Ese código es de {}. Use otro.": "That code is of {}: use another.",
    "Ese año ya está programado en otra fila.": "That year is programmed in another row already.",
    "Marque las tablas que van, o solo «Ninguna».": "Tick the tables that go in, or «Ninguna» alone.",
    "Falta el dinero de {}: sus metas alimentan el plan.": "The money of {} is missing: their goals feed the plan.",
    "{} no tiene pesos en ningún año, pero sí metas en el plan.":
        "{} has no pesos in any year, though it has goals in the plan.",
    "Escriba el valor de este año, en pesos; 0 si no hay.": "The value of this year is required, in pesos; 0 if none.",
    "El plan tiene {} años: este ya no es del plan.": "The plan has {} years: this one is no longer of it.",
    "Este proyecto ya tiene una fila con esa fuente.": "This project has a row with that source already.",
    "El {} no es día hábil.": "{} is no working day.",
    "Las actividades se esperan unas a otras en círculo.": "The activities wait for each other in a circle.",
    "Empieza antes de que termine «{}».": "It begins before «{}» ends.",
    "Falta: {}.": "Missing: {}.",
    "Escriba un año entre {} y {}.": "A year between {} and {} is expected.",
    "Escriba el código del proyecto y su nombre: 1094 Fortalecimiento de las alcaldías.":
        "The code of the project and its name are expected: 1094 Fortalecimiento de las alcaldías.",
    "Cargue el archivo o escriba el enlace.": "The file or the link is required.",
    "Ofrezca al menos dos opciones.": "At least two options are required.",
    "Esa fecha ya pasó.": "That date is over.",
    "La encuesta cierra después de abrir.": "The survey closes after it opens.",
    "Quien apoya es otra persona.": "Whoever helps is another person.",
    "Falta asignar: {}.": "Not assigned: {}.",
    "Escriba un número entero de 0 a {}.": "A whole number from 0 to {} is expected.",
    "Escriba un número de 1 a {}.": "A number from 1 to {} is expected.",
    "El tema no viene de esta fuente: deje 0.": "The theme does not come from this source: leave 0.",
    "El tema viene de esta fuente: dele al menos 1.": "The theme comes from this source: give it at least 1.",
    "Registre la visita cuando se haya hecho.": "Register the visit once it has been made.",
    "Diga por qué no se validó.": "Say why it was not validated.",
    "Elija al menos un tema: de eso trata el plan.": "At least one theme is required.",
    "Ningún objetivo recoge: {}.": "No objective takes up: {}.",
    "Falta al menos una entrada de: {}.": "At least one entry is missing of: {}.",
    "Marque al menos una entrada prioritaria.": "At least one entry has to be a priority.",
    # implementation
    "Falta la apropiación de: {}.": "The appropriation is missing of: {}.",
    "Falta la estrategia de: {}.": "The strategy is missing of: {}.",
    "Los pesos del proyecto {} suman {} %: deben sumar 100 %.":
        "The weights of project {} add up to {} % instead of 100 %.",
    "La programación de {} llega a {}, y la meta de {} es {}.":
        "The programming of {} reaches {}, and the target of {} is {}.",
    "La actividad es de {}: sus dos fechas deben ser de ese año.":
        "The activity is of {}: both its dates must be of that year.",
    "Esta meta es del proyecto {} y aporta a {}.": "This goal is of project {} and feeds {}.",
    "Quedarían {} pesos, y ya hay {} comprometidos.": "{} pesos would be left, and {} are committed already.",
    "Ese radicado ya es del reporte de {}, {}.": "That filing number is of the report of {}, {} already.",
    "El plan no tiene un año siguiente: no se puede reprogramar.":
        "The plan has no following year: nothing can be moved there.",
    "Escriba cuánto pasa al año siguiente: más de 0 y a lo sumo {}.":
        "How much goes to the following year is required: more than 0 and at most {}.",
    "La reserva no puede ser negativa.": "The reserve cannot be negative.",
    "La fecha del acto no puede ser futura.": "The date of the act cannot lie in the future.",
    "La fecha del radicado no puede ser futura.": "The date of filing cannot lie in the future.",
    "Escriba el valor sin signo: el tipo dice si suma o resta.":
        "The value goes without a sign: the kind says whether it adds or subtracts.",
    # the life of a plan
    "El plan terminaría en un año que ya pasó. Corrija el primer año.":
        "The plan would end in a year that is over: correct the first year.",
    "Ya existe el plan {}.": "There is a plan {} already.",
    "El plan comienza el {}.": "The plan begins on {}.",
    "Desde {} el seguimiento se hace sin cargue.": "From {} on the follow-up is done without loading.",
    "Todavía hay procesos abiertos: {}. Termínelos antes de archivar el expediente.":
        "There are open cases still: {}. End them before the file is archived.",
    # development plans, and projects under a new one
    "Ya está en la tabla. Déjelo una sola vez.": "It is in the table already: leave it once.",
    "Terminaría antes de empezar.": "It would end before it begins.",
    "«{}» ya está registrado: {}.": "“{}” is registered already: {}.",
    "{} se calcula de sus metas y esta es la última. Diga en qué meta continúa o reinicia.":
        "{} is computed from its goals and this is the last one. Say in which goal it goes on or starts anew.",
    "Las metas suman más que su proyecto. Puede validar; si una de las dos cifras está mal, devuélvala.":
        "The goals add up to more than their project. It may be validated; if either figure is wrong, return it.",
}  # fmt: skip


def in_english(sentence: str) -> str:
    """The sentence in English, with the parts that the Spanish one quotes; as it came where nothing is known of it."""
    if sentence in SENTENCES or len(sentence) > LONGEST:
        return SENTENCES.get(sentence, sentence)
    for pattern, english in _patterns():
        if found := pattern.fullmatch(sentence):
            return english.format(*map(in_english, found.groups()))
    return sentence


@cache
def _patterns() -> Sequence[tuple[re.Pattern[str], str]]:
    """Those with something of the case, what says most first: it is the more certain to be meant."""
    quoting = sorted((one for one in SENTENCES if "{}" in one), key=len, reverse=True)
    return [
        (re.compile(re.escape(spanish).replace(r"\{\}", "(.+?)"), re.DOTALL), SENTENCES[spanish])
        for spanish in quoting
    ]  # fmt: skip
