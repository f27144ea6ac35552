/// What a question is made of besides names and values of the data.
enum QuestionItem: Hashable {
  enum Aggregate: String { case sum, avg, max, min }
  enum Comparison: String { case more = ">", less = "<", atLeast = ">=", atMost = "<=", equal = "=" }
  enum DateSide { case since, after, until, before }

  case count
  case aggregate(Aggregate)
  /// "total", which sums or counts.
  case total
  /// The largest or smallest, of a column named before or after, or of the one that the word is about.
  case extreme(descending: Bool, concept: String?)
  /// "the most sales": by how many there are.
  case most(descending: Bool)
  case per
  case orderBy
  case direction(descending: Bool)
  case top
  case distinct
  case compare(Comparison, concept: String?)
  case between
  case and
  case or
  case side(DateSide)
  /// Says nothing that the rest does not.
  case filler
  case name([NameTarget])
  case value([ValueTarget])
  case number(Double)
  case quoted(String)
  case span(DateSpan)
}

enum NameTarget: Hashable {
  case table(Int)
  case column(Int, Int)
}

/// A text that a column holds.
struct ValueTarget: Hashable {
  var table: Int
  var column: Int
  var texts: [String]
}

/// Phrases of Spanish and English, folded.
enum Phrases {
  static let longest = 4

  static let items: [[String]: QuestionItem] = {
    var items: [[String]: QuestionItem] = [:]
    for (item, phrases) in table {
      for phrase in phrases.split(separator: ",") {
        items[phrase.split(separator: " ").map(String.init)] = item
      }
    }
    return items
  }()

  private static let table: [(QuestionItem, String)] = [
    (.count, "cuantos,cuantas,how many,number of,the number of,numero de,cuenta,cuenta de,count,count of,conteo de"),
    (.total, "total,totales"),
    (.aggregate(.sum), "suma,suma de,suman,sumar,sum,sum of,total sum of,suma total,suma total de"),
    (.aggregate(.avg), "media,medio,promedio,average,mean,avg,media de,promedio de"),
    (
      .extreme(descending: true, concept: nil),
      "mayor,maximo,maxima,maximum,max,mas alto,mas alta,mas altos,mas altas,mas grande,mas grandes,highest,largest,biggest,greatest"
    ),
    (
      .extreme(descending: false, concept: nil),
      "menor,minimo,minima,minimum,min,mas bajo,mas baja,mas bajos,mas bajas,mas pequeno,mas pequena,lowest,smallest"
    ),
    (.extreme(descending: true, concept: "precio"), "mas caro,mas cara,mas caros,mas caras,most expensive"),
    (
      .extreme(descending: false, concept: "precio"),
      "mas barato,mas barata,mas baratos,mas baratas,cheapest,least expensive"
    ),
    (.extreme(descending: true, concept: "edad"), "mas viejo,mas vieja,mas viejos,mas viejas,oldest,mas mayor"),
    (.extreme(descending: false, concept: "edad"), "mas joven,mas jovenes,youngest"),
    (
      .extreme(descending: true, concept: "fecha"),
      "mas reciente,mas recientes,mas nuevo,mas nueva,mas nuevos,mas nuevas,newest,latest,most recent,ultimo,ultima,ultimos,ultimas"
    ),
    (.extreme(descending: false, concept: "fecha"), "mas antiguo,mas antigua,mas antiguos,mas antiguas,earliest"),
    (.most(descending: true), "mas,most"),
    (.most(descending: false), "menos,fewest"),
    (
      .per,
      "por,por cada,para cada,de cada,en cada,cada,segun,per,by,for each,for every,each,in each,agrupado por,agrupados por,"
        + "agrupadas por,grouped by"
    ),
    (
      .orderBy,
      "ordenado por,ordenados por,ordenada por,ordenadas por,ordena por,ordered by,sorted by,order by,sort by,por orden de"
    ),
    (.direction(descending: true), "de mayor a menor,descendente,descending,desc"),
    (.direction(descending: false), "de menor a mayor,ascendente,ascending,asc,alfabeticamente,alphabetically"),
    (.top, "top,primeros,primeras,first"),
    (.distinct, "distintos,distintas,diferentes,distinct,different,unique,unicos,unicas"),
    (
      .compare(.more, concept: nil),
      "mayor que,mayores que,mayor de,mayores de,mas de,mas que,superior a,superiores a,por encima de,supera,superan,more than,"
        + "greater than,over,above,higher than,larger than,bigger than,>"
    ),
    (
      .compare(.less, concept: nil),
      "menor que,menores que,menor de,menores de,menos de,menos que,inferior a,inferiores a,por debajo de,less than,under,"
        + "below,lower than,smaller than,fewer than,<"
    ),
    (.compare(.atLeast, concept: nil), "al menos,como minimo,at least,no less than,>=,≥"),
    (.compare(.atMost, concept: nil), "como maximo,a lo sumo,at most,no more than,<=,≤"),
    (.compare(.equal, concept: nil), "igual a,iguales a,equal to,equals,="),
    (
      .compare(.more, concept: "precio"),
      "mas caro que,mas cara que,mas caros que,mas caras que,mas caros de,more expensive than"
    ),
    (
      .compare(.less, concept: "precio"),
      "mas barato que,mas barata que,mas baratos que,mas baratas que,mas baratos de,cheaper than"
    ),
    (.compare(.more, concept: "edad"), "older than"), (.compare(.less, concept: "edad"), "younger than"),
    (.between, "entre,between"), (.and, "y,e,and"), (.or, "o,u,or"),
    (.side(.since), "desde,desde el,a partir de,a partir del,since,starting"),
    (.side(.after), "despues de,despues del,posterior a,posteriores a,after,later than"),
    (.side(.until), "hasta,hasta el,until,up to"),
    (.side(.before), "antes de,antes del,anterior a,anteriores a,before,earlier than"),
    (
      .filler,
      fillers.split(separator: " ").joined(separator: ",")
        + ",how much,en total,in total,show me,give me,tell me,por favor"
    ),
  ]

  private static let fillers = """
    el la los las un una unos unas de del al a en con cuyo cuya cuyos cuyas que cual cuales quien quienes hay habia tiene \
    tienen tengo tenemos es son era eran fue fueron esta estan ha han hubo se me nos lo le les su sus mi mis nuestros nuestras \
    lista listar listado muestra muestrame mostrar dame dime ensename ver todos todas todo toda existen existe registrados \
    registradas vive viven residen realizadas realizados hechas hechos durante ano anos dia mes euro euros eur € $ dolares \
    filas registros datos donde cuanto cuanta quiero saber the an of in on at with whose that is are was were there have has \
    had do does did we our i their its it to for from where which what who list show give display all find get live lives \
    living located made placed during year years day month dollar dollars usd please records rows data i \
    want know much does
    """
}
