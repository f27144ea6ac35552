/// The grammar of questions in Spanish, without accents and marks of interrogation.
enum SpanishRules {
  static let all: [Rule] = arithmetic + percentages + units + days + stretches + clocks + facts

  private static let howMuch =
    "(cuanto|cuantos) [me|nos] "
    + "(es|son|da|dan|vale|valen|hace|hacen|suma|suman|sale|salen|seria|serian|sera|seran|resulta|queda)"
  private static let compute =
    "(calcula|calculame|calcular|calculas|me calculas|computa|evalua|resuelve|resuelveme|resolver|halla|hazme|haz|opera) [la cuenta|la "
    + "operacion]"

  private static let arithmetic: [Rule] = [
    Rule("\(howMuch) <expr> [en total]") { $0.arithmetic(.strong) },
    Rule("\(compute) [cuanto (es|son)] <expr>") { $0.arithmetic(.strong) },
    Rule("[(cual|que) (es|seria)] [el] (resultado|valor) de [calcular|la operacion|la cuenta] <expr>") {
      $0.arithmetic(.strong)
    },
    Rule("que (da|resulta de|resultado da|resultado tiene|numero es|numero da|sale de|obtengo de|es igual a) <expr>") {
      $0.arithmetic(.strong)
    },
    Rule("<expr> (cuanto|cuantos) (es|son|da|dan|hace|hacen|vale|valen)") { $0.arithmetic(.strong) },
    Rule("<expr> ([es] igual a|(es|son) (cuanto|cuantos))") { $0.arithmetic(.strong) },
    Rule("a cuanto (es igual|equivale) <expr>") { $0.arithmetic(.strong) },
    Rule("(multiplica|multiplicame|multiplicar|divide|divideme|dividir|suma|resta) <expr>") { $0.arithmetic(.strong) },
    Rule("(eleva|elevar) <expr> (a|a la|a la potencia de) <expr>") { $0.combined(.power) },
    Rule("(suma|sumame|sumar) [los numeros] <list>") { $0.listed(.sum) },
    Rule("(suma|sumale|anade|anadele|agrega|agregale|ponle) <expr> a <expr>") { $0.combined(.add, swapped: true) },
    Rule("(resta|restale|restar|quita|quitale|sustrae) <expr> (de|a) <expr>") { $0.combined(.subtract, swapped: true) },
    Rule("(cual|cuales) (es|son|seria) <expr>") { $0.arithmetic(.weak) },
    Rule("que (es|son) <expr>") { $0.arithmetic(.weak) },
    Rule("<expr>") { $0.arithmetic(.bare) },
  ]

  private static let tax = "(iva|impuestos|impuesto|propina|comision|recargo|interes|intereses|aumento|subida)"
  private static let off = "(descuento|rebaja|dto)"
  private static let price =
    "[(cuanto|cuantos) (es|son|seria|serian|cuesta|cuestan|vale|valen|queda|quedan|sale|salen|da|costaria|pago "
    + "por|pagaria por|pago|me cuesta|me sale)"
    + " | (calcula|calculame) [el precio de] | (a|en) cuanto (queda|quedan|sale|salen|se queda|se quedan)]"

  private static let percentages: [Rule] = [
    Rule("(suma|sumale|anade|anadele|agrega|agregale|ponle|aplica|aplicale) <percent> [de] [\(tax)] a <expr>") {
      $0.changed(base: 1, isIncrease: true)
    },
    Rule("(suma|sumale|anade|anadele|agrega|agregale|ponle) [el] \(tax) (de|del) <percent> a <expr>") {
      $0.changed(base: 1, isIncrease: true)
    },
    Rule("(aumenta|incrementa|sube) [a] <expr> [en] <percent>") { $0.changed(base: 0, isIncrease: true) },
    Rule("(aumenta|aumentale|incrementa|incrementale|sube|subele) <percent> a <expr>") {
      $0.changed(base: 1, isIncrease: true)
    },
    Rule("(reduce|disminuye|baja|rebaja|recorta|descuenta) [a] <expr> [en] <percent>") {
      $0.changed(base: 0, isIncrease: false)
    },
    Rule(
      "(descuenta|descuentale|rebaja|rebajale|quita|quitale|resta|restale|baja|bajale|aplica|aplicale|haz|hazle) "
        + "<percent> "
        + "[de \(off)] (a|de) <expr>"
    ) { $0.changed(base: 1, isIncrease: false) },
    Rule("\(price) <expr> [de] \(tax)") { $0.alreadyChanged() },
    Rule("\(price) <expr> con <percent> [de] (\(tax)|mas)") { $0.changed(base: 0, isIncrease: true) },
    Rule("\(price) <expr> con [el|un] \(tax) (de|del) <percent>") { $0.changed(base: 0, isIncrease: true) },
    Rule("\(price) <expr> [con] <percent> (de \(off)|menos)") { $0.changed(base: 0, isIncrease: false) },
    Rule("\(price) <expr> con [un|el] \(off) (de|del) <percent>") { $0.changed(base: 0, isIncrease: false) },
    Rule("\(price) <percent> de \(off) (sobre|en|a|de|para) <expr>") { $0.changed(base: 1, isIncrease: false) },
    Rule("\(price) [un|el] \(off) (de|del) <percent> (sobre|en|a|de|para) <expr>") {
      $0.changed(base: 1, isIncrease: false)
    },
    Rule("\(price) <percent> de \(tax) (de|sobre|para|en) <expr>") { $0.percentOf() },
    Rule("\(price) [(cual|cuanto) es] [la|el|una|un] \(tax) (de|del) <percent> (de|sobre|para|en) <expr>") {
      $0.percentOf()
    },
    Rule("que \(percentName) (es|son|representa|representan|supone|suponen) <expr> (de|respecto a|respecto de) <expr>")
    {
      $0.share(part: 0)
    },
    Rule("que \(percentName) (es|son|representa|representan|supone|suponen) <expr>") { $0.shareOfQuotient() },
    Rule("que \(percentName) de <expr> (es|son|representa|representan|supone|suponen) <expr>") { $0.share(part: 1) },
    Rule("<expr> [,] [es|son] que \(percentName) [es|son|representa|supone] de <expr>") { $0.share(part: 0) },
    Rule("(que|cuanto) (es|representa|supone) <expr> de <expr> en (porcentaje|tanto por ciento)") { $0.share(part: 0) },
    Rule("<expr> (es|son) <percent> de (que|que numero|que cantidad|cuanto|cual)") { $0.whole(part: 0) },
    Rule("<percent> de (que|que numero|que cantidad|cuanto) (es|son) <expr>") { $0.whole(part: 1) },
    Rule("de que (numero|cantidad) (es|son) <expr> <percent>") { $0.whole(part: 0) },
    Rule(
      "[(cual|cuanto) es] [el|la] (aumento|variacion|cambio|incremento|diferencia|subida) (porcentual|en porcentaje) "
        + "(de|entre) <expr> (a|y) <expr>"
    ) { $0.change() },
  ]

  private static let percentName = "(porcentaje|tanto por ciento|tanto por cien|por ciento)"

  private static let units: [Rule] = [
    Rule(
      "(cuanto|cuantos|cuantas) <unit> (es|son|hay en|tiene|tienen|hace|hacen|equivale a|equivalen a|caben en|contiene|"
        + "contienen|dura|duran|suponen|seria|serian|mide|miden|pesa|pesan) <quantity>"
    ) { $0.conversion(.strong) },
    Rule(
      "a (cuanto|cuantos|cuantas) <unit> (equivale|equivalen|corresponde|corresponden|son|es|esta|estan) [a] <quantity>"
    ) {
      $0.conversion(.strong)
    },
    Rule("[en] <quantity> [,] [a] (cuantos|cuantas) <unit> (equivale|equivalen|es|son|hacen|tiene|tienen|hay)") {
      $0.conversion(.strong)
    },
    Rule("<quantity> (es|son|equivale a|equivalen a) (cuantos|cuantas) <unit>") { $0.conversion(.strong) },
    Rule(
      "(convierte|convierteme|convertir|pasa|pasame|pasar|transforma|transformar|cambia|expresa|expresar) [de] "
        + "<quantity> "
        + "(a|en) <unit>"
    ) { $0.conversion(.strong) },
    Rule(
      "[a] (cuanto|cuantos|cuantas) (es|son|equivale|equivalen|seria|serian|mide|miden|pesa|pesan) <quantity> (en|a) <unit>"
    ) {
      $0.conversion(.strong)
    },
    Rule("(cuanto|cuantos) (es|son) en <unit> <quantity>") { $0.conversion(.strong) },
    Rule("(cuanto|cuantos|cuantas) <unit> (hay|caben|entran) en <quantity>") { $0.conversion(.strong) },
    Rule("que (es|son) <quantity> en <unit>") { $0.conversion(.weak) },
    Rule("<quantity> (en|a) <unit>") { $0.conversion(.bare) },
    Rule("(cuanto|cuantos|cuantas) (es|son|da|dan|hace|hacen|suma|suman) <sum> [en <unit>]") { $0.total(.strong) },
    Rule("(calcula|calculame|suma|sumar) <sum> [en <unit>]") { $0.total(.strong) },
    Rule("<sum> [en <unit>]") { $0.total(.bare) },
  ]

  private static let is_ =
    "(es|sera|seria|cae|caera|toca|fue|era|cayo|caia|tendremos|tenemos|hay|estaremos|estabamos|estamos)"
  private static let which =
    "([en|a] (que|cual) (dia|fecha) [de la semana] \(is_) | cual \(is_) la fecha | que \(is_) la fecha)"
  private static let after = "(despues (de|del)|desde|a partir (de|del)|tras|posterior a)"

  private static let days: [Rule] = [
    Rule("\(which) (dentro de|en|de aqui a|pasados|de aqui en) <span>") { $0.shiftedDate(true) },
    Rule("(dentro de|en|de aqui a|pasados) <span> [,] [en|a] que (dia|fecha) [de la semana] \(is_)") {
      $0.shiftedDate(true)
    },
    Rule("\(which) hace <span>") { $0.shiftedDate(false) },
    Rule("hace <span> [,] [en|a] que (dia|fecha) [de la semana] \(is_)") { $0.shiftedDate(false) },
    Rule("\(which) <span> \(after) <date>") { $0.shiftedDate(true) },
    Rule("\(which) <span> antes (de|del) <date>") { $0.shiftedDate(false) },
    Rule("[\(which)|cuanto es] <date> (mas|+) <span>") { $0.shiftedDate(true) },
    Rule("[\(which)|cuanto es] <date> (menos|-) <span>") { $0.shiftedDate(false) },
    Rule("(suma|sumale|anade|anadele|agrega|agregale) <span> (a|al) <date>") { $0.shiftedDate(true) },
    Rule("(resta|restale|quita|quitale) <span> (a|al) <date>") { $0.shiftedDate(false) },
    Rule("<span> \(after) <date>") { $0.shiftedDateWithYear(true) },
    Rule("<span> antes (de|del) <date>") { $0.shiftedDateWithYear(false) },
    Rule("[en|a] (que|cual) (dia|fecha) [de la semana] \(is_) <date>") { $0.day() },
    Rule("que dia de la semana <date>") { $0.day() },
    Rule("en que [dia] cayo <date>") { $0.day() },
    Rule("<date> [,] [en] que (dia|fecha) [de la semana] \(is_)") { $0.day() },
    Rule("(en|a) que (dia|fecha|ano|mes) (estamos|vivimos) [hoy|ahora|actualmente]") { _ in .day(.relative(days: 0)) },
    Rule("que (dia|fecha|ano|mes) [de la semana] (es|tenemos) [ahora]") { _ in .day(.relative(days: 0)) },
    Rule("cual es la fecha [de hoy|actual|hoy]") { _ in .day(.relative(days: 0)) },
    Rule("(dime|dame) la fecha [de hoy|actual|hoy]") { _ in .day(.relative(days: 0)) },
    Rule("la fecha (de hoy|actual)") { _ in .day(.relative(days: 0)) },
    Rule("<date>") { $0.bareDate() },
  ]

  private static let stretches: [Rule] = [
    Rule(
      "(cuantos|cuantas) <measure> [me|nos] (faltan|quedan|hay|restan|son) (para|hasta|de aqui a|desde hoy (a|hasta)) "
        + "<date>"
    ) { $0.until() },
    Rule("(cuantos|cuantas) <measure> (para|hasta) <date>") { $0.until() },
    Rule(
      "(cuantos|cuantas) <measure> [le|nos] (faltan|quedan) (de|del|a este|al|este|de este|para [que] "
        + "(acabar|acabe|terminar|termine) (el|este)) ano"
    ) {
      $0.untilYearEnd()
    },
    Rule("cuanto [tiempo] [me|nos] (falta|queda|hay|resta) (para|hasta) <date>") { $0.until() },
    Rule("(para|hasta) <date> [,] (cuantos|cuantas) <measure> (faltan|quedan|hay)") { $0.until() },
    Rule("(para|hasta) <date> [,] cuanto [tiempo] (falta|queda)") { $0.until() },
    Rule(
      "(cuantos|cuantas) <measure> (han pasado|hace|hacen|pasaron|llevamos|van|hay|han transcurrido|hace que paso) "
        + "(desde|de|del|que fue) <date>"
    ) { $0.since() },
    Rule("cuanto [tiempo] (ha pasado|hace|paso|ha transcurrido) (desde|de|del|que fue) <date>") { $0.since() },
    Rule(
      "(cuantos|cuantas) <measure> (hay|van|pasan|pasaron|transcurren|son|median|han pasado|hubo|transcurrieron) "
        + "(entre|de|del|desde) <date> (y|a|al|hasta) <date>"
    ) { $0.between() },
    Rule("[calcula|dime] [los|las|el numero de] <measure> [que hay] (entre|de|del|desde) <date> (y|a|al|hasta) <date>")
    {
      $0.between()
    },
    Rule("(que|cual es la|cuanta) diferencia [de|en] [<measure>] [hay] entre <date> y <date> [en <measure>]") {
      $0.between()
    },
    Rule("cuanto [tiempo] (hay|pasa|paso|va|ha pasado) (entre|de|del|desde) <date> (y|a|al|hasta) <date>") {
      $0.between()
    },
    Rule("(entre|de|del|desde) <date> (y|a|al|hasta) <date> [,] (cuantos|cuantas) <measure> (hay|van|pasan|son)") {
      $0.between()
    },
  ]

  private static let clocks: [Rule] = [
    Rule("que hora (es|son|tenemos|tienes|sera) [ahora|ya|ahora mismo]") { _ in .currentTime },
    Rule("(tienes|tiene) hora") { _ in .currentTime },
    Rule("[me] (dices|das|dime|dame) [que hora es] la hora") { _ in .currentTime },
    Rule("que hora (es|sera|seria|tendremos) (dentro de|en|de aqui a|pasados) <span>") { $0.shiftedClock(true) },
    Rule("(dentro de|en|de aqui a) <span> [,] que hora (es|sera|seria)") { $0.shiftedClock(true) },
    Rule("que hora (era|fue|es) hace <span>") { $0.shiftedClock(false) },
    Rule("hace <span> [,] que hora (era|es|fue)") { $0.shiftedClock(false) },
    Rule("que hora (es|sera|seria|era) <span> (despues de|desde|a partir de|tras) <clock>") { $0.shiftedClock(true) },
    Rule("que hora (es|sera|seria|era) <span> antes de <clock>") { $0.shiftedClock(false) },
    Rule("[que hora (es|sera|seria)|cuanto (es|son)] <clock> (mas|+) <span>") { $0.shiftedClock(true) },
    Rule("[que hora (es|sera|seria)|cuanto (es|son)] <clock> (menos|-) <span>") { $0.shiftedClock(false) },
    Rule("si [ahora] (son|es) <clock> [ahora] [,] [entonces] que hora (sera|es|seria) (dentro de|en) <span>") {
      $0.shiftedClock(true)
    },
    Rule("(cuantos|cuantas) <measure> (hay|van|pasan|son|transcurren) (entre|de|desde) <clock> (y|a|hasta) <clock>") {
      $0.clocks()
    },
    Rule("cuanto [tiempo] (hay|pasa|va) (entre|de|desde) <clock> (y|a|hasta) <clock>") { $0.clocks() },
    Rule("(cuantos|cuantas) <measure> (faltan|quedan|hay) (para|hasta) <clock>") { $0.clocks() },
    Rule("cuanto [tiempo] (falta|queda|hay) (para|hasta) <clock>") { $0.clocks() },
  ]

  private static let facts: [Rule] = [
    Rule("(es|fue|sera|era) [un ano] bisiesto [el] [ano] <year>") { $0.leapYear() },
    Rule("(es|fue|sera|era) [el] [ano] <year> [un] [ano] bisiesto") { $0.leapYear() },
    Rule("[el] [ano] <year> (es|fue|sera|era) [un] [ano] bisiesto") { $0.leapYear() },
    Rule(
      "cuantos dias (tiene|tuvo|tendra|hay en|tenia|hubo en|habra en|trae) [el mes de] <month> "
        + "[(de|del|en|del ano|de el ano) <year>]"
    ) { $0.daysOfMonth() },
    Rule("cuantos dias (tiene|tuvo|tendra|hay en|tenia|hubo en|habra en) [el] [ano] <year>") { $0.daysOfYear() },
    Rule(
      "(que edad|cuantos anos) (tiene|tendria|tendra) [hoy|ahora] (alguien|una persona|quien|el|la) "
        + "[nacido|nacida|que nacio|que haya nacido|nacio] [en] <date>"
    ) { $0.age() },
    Rule("[si] naci [en] <date> [,] [entonces] (cuantos anos|que edad) tengo") { $0.age() },
    Rule("(cuantos anos|que edad) tengo si naci [en] <date>") { $0.age() },
  ]
}
