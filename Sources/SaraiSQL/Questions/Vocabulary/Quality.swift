/// What an adjective or a unit is about, by the words that columns of it are called; the first that there are count.
enum Quality: String, Sendable {
  case money, price, pay, age, date, length, weight, height, temperature, rain, wind, humidity, speed, population,
    rating,
    duration, distance

  /// Each is one choice of nouns; see `Synonyms`.
  var nouns: [[String]] {
    switch self {
    case .money: [["importe"], ["precio"], ["salario"], ["gasto", "ingreso", "saldo", "presupuesto", "cuota"]]
    case .price: [["precio"], ["importe"]]
    case .pay: [["salario"]]
    case .age: [["edad"]]
    case .date: [["fecha"]]
    case .length: [["pagina"], ["duracion"], ["longitud"], ["distancia"]]
    case .weight: [["peso"]]
    case .height: [["altura"]]
    case .temperature: [["temperatura"]]
    case .rain: [["lluvia"]]
    case .wind: [["viento"]]
    case .humidity: [["humedad"]]
    case .speed: [["velocidad"]]
    case .population: [["poblacion"]]
    case .rating: [["puntuacion"], ["nota"]]
    case .duration: [["duracion"]]
    case .distance: [["distancia"], ["longitud"]]
    }
  }

  /// What is high in it and what is low: Spanish adjectives after "más", English comparatives and superlatives.
  private struct Adjectives {
    var quality: Quality
    var descending: Bool
    var spanish: String
    var comparative: String
    var superlative: String
  }

  private static let adjectives: [Adjectives] = [
    Adjectives(
      quality: .price, descending: true, spanish: "caro costoso", comparative: "more expensive,pricier,dearer,costlier",
      superlative: "most expensive,priciest,dearest,costliest,most costly"),
    Adjectives(
      quality: .price, descending: false, spanish: "barato economico", comparative: "cheaper,less expensive",
      superlative: "cheapest,least expensive"),
    Adjectives(
      quality: .age, descending: true, spanish: "viejo mayor anciano", comparative: "older",
      superlative: "oldest,eldest"),
    Adjectives(
      quality: .age, descending: false, spanish: "joven", comparative: "younger", superlative: "youngest"),
    Adjectives(
      quality: .date, descending: true, spanish: "reciente nuevo", comparative: "newer,more recent",
      superlative: "newest,latest,most recent,last,most recently"),
    Adjectives(
      quality: .date, descending: false, spanish: "antiguo", comparative: "", superlative: "earliest,least recent"),
    Adjectives(quality: .length, descending: true, spanish: "largo", comparative: "", superlative: "longest"),
    Adjectives(quality: .length, descending: false, spanish: "corto", comparative: "", superlative: "shortest"),
    Adjectives(
      quality: .weight, descending: true, spanish: "pesado", comparative: "heavier", superlative: "heaviest"),
    Adjectives(
      quality: .weight, descending: false, spanish: "ligero liviano", comparative: "lighter", superlative: "lightest"),
    Adjectives(quality: .height, descending: true, spanish: "", comparative: "taller", superlative: "tallest"),
    Adjectives(
      quality: .temperature, descending: true, spanish: "caliente calido caluroso", comparative: "hotter,warmer",
      superlative: "hottest,warmest"),
    Adjectives(
      quality: .temperature, descending: false, spanish: "frio fresco", comparative: "colder,cooler",
      superlative: "coldest,coolest"),
    Adjectives(
      quality: .rain, descending: true, spanish: "lluvioso", comparative: "rainier,wetter",
      superlative: "rainiest,wettest"),
    Adjectives(quality: .wind, descending: true, spanish: "ventoso", comparative: "windier", superlative: "windiest"),
    Adjectives(
      quality: .humidity, descending: true, spanish: "humedo", comparative: "more humid", superlative: "most humid"),
    Adjectives(
      quality: .speed, descending: true, spanish: "rapido veloz", comparative: "faster", superlative: "fastest"),
    Adjectives(quality: .speed, descending: false, spanish: "lento", comparative: "slower", superlative: "slowest"),
    Adjectives(
      quality: .population, descending: true, spanish: "poblado", comparative: "more populated,more populous",
      superlative: "most populated,most populous"),
  ]

  /// Phrases that no adjective makes.
  private static let irregular: [(QuestionItem, String)] = [
    (
      .superlative(.pay, descending: true),
      "mejor pagado,mejor pagada,mejor pagados,mejor pagadas,best paid,highest paid,top paid,most paid,best earning"
    ),
    (
      .superlative(.pay, descending: false),
      "peor pagado,peor pagada,peor pagados,peor pagadas,worst paid,lowest paid,least paid"
    ),
    (
      .superlative(.rating, descending: true),
      "mejor valorado,mejor valorada,mejor valorados,mejor valoradas,best rated,top rated,highest rated,mejor puntuado,"
        + "mejor puntuados,mejor puntuada,mejor puntuadas"
    ),
    (
      .superlative(.rating, descending: false),
      "peor valorado,peor valorada,peor valorados,peor valoradas,worst rated,lowest rated"
    ),
    (.superlative(.date, descending: true), "ultimo,ultima,ultimos,ultimas"),
    (.comparative(.age, .more), "mayor de,mayores de,over the age of,above the age of"),
    (.comparative(.age, .less), "menor de,menores de,under the age of,below the age of"),
    (.asked(.age), "how old,cuantos anos,que edad"), (.asked(.height), "how tall,cuanto mide,cuanto miden"),
    (.asked(.weight), "how heavy"), (.asked(.price), "how expensive"),
    (
      .unit(.money),
      "euro,euros,eur,€,dolar,dolares,dollar,dollars,usd,$,pound,pounds,libras esterlinas,pesos,peso mexicano"
    ),
    (.unit(.age), "anos,years,years old,anos de edad,years of age,year old"),
    (.unit(.temperature), "grados,grado,degrees,degree,grados centigrados,degrees celsius,celsius,°,°c,ºc,º"),
    (.unit(.weight), "kilos,kg,kilogramos,kilograms"),
    (.unit(.duration), "minutos,minutes,min"),
    (.unit(.distance), "km,kilometros,kilometers,kilometres"),
    (.unit(.rain), "mm,milimetros,millimeters,millimetres"),
    (.unit(.speed), "km/h,kmh"), (.unit(.population), "habitantes,inhabitants"),
    (.unit(.humidity), "%,por ciento,percent,per cent"),
  ]

  static let phrases: [(QuestionItem, String)] = {
    var phrases = irregular
    for adjective in adjectives {
      let forms = adjective.spanish.split(separator: " ").flatMap { Self.forms(String($0)) }
      let above: QuestionItem.Comparison = adjective.descending ? .more : .less
      let comparatives =
        forms.flatMap { ["mas \($0) que", "mas \($0) de"] }
        + adjective.comparative.split(separator: ",").map { "\($0) than" }
      let superlatives = forms.map { "mas \($0)" } + adjective.superlative.split(separator: ",").map(String.init)
      phrases.append(
        (.superlative(adjective.quality, descending: adjective.descending), superlatives.joined(separator: ",")))
      phrases.append((.comparative(adjective.quality, above), comparatives.joined(separator: ",")))
    }
    return phrases
  }()

  /// Gender and number.
  private static func forms(_ adjective: String) -> [String] {
    if adjective.hasSuffix("o") { return ["o", "a", "os", "as"].map { adjective.dropLast() + $0 } }
    if adjective.hasSuffix("e") { return [adjective, adjective + "s"] }
    if adjective.hasSuffix("z") { return [adjective, adjective.dropLast() + "ces"] }
    return [adjective, adjective + "es"]
  }
}
