import SaraiCore

/// Every unit that SARAi converts, with exact factors as the standards define them.
enum UnitTable {
  static func names(_ language: Language) -> PhraseTable<Unit> { language == .spanish ? spanish : english }

  private static let spanish = table(.spanish)
  private static let english = table(.english)

  private static func table(_ language: Language) -> PhraseTable<Unit> {
    var phrases: [(String, Unit)] = []
    for row in rows {
      let names = (language == .spanish ? row.spanish : row.english) + row.abbreviations
      for name in Set(names.compactMap(spelling)) { phrases.append((name, row.unit)) }
    }
    return PhraseTable(phrases)
  }

  /// A name as the tokens of a question spell it.
  private static func spelling(_ name: String) -> String? {
    Tokenizer.tokens(of: name).map { tokens in tokens.map(\.text).joined(separator: " ") }
  }

  private struct Row {
    let unit: Unit
    let spanish: [String]
    let english: [String]
    let abbreviations: [String]
  }

  private static let rows: [Row] = source.flatMap { dimension, lines in
    lines.split(separator: "\n").map { row(String($0), dimension) }
  }

  /// - Parameter line: `symbol | factor [offset] | Spanish names | English names | abbreviations`; of the names, the
  ///   first two are singular and plural as SARAi says them.
  private static func row(_ line: String, _ dimension: Dimension) -> Row {
    let cells = line.split(separator: "|", omittingEmptySubsequences: false).map { cell in
      cell.split(separator: ",").map { String(trimmed($0)) }
    }
    precondition(cells.count == 5 && cells[2].count >= 2 && cells[3].count >= 2, "not a unit: \(line)")
    let numbers = cells[1][0].split(separator: " ").map { rational(String($0)) }
    let symbol = cells[0][0]
    let unit = Unit(
      symbol: symbol, dimension: dimension, factor: numbers[0], offset: numbers.count > 1 ? numbers[1] : .zero,
      singular: Localized(es: cells[2][0], en: cells[3][0]), plural: Localized(es: cells[2][1], en: cells[3][1]))
    // The symbols of calendar units are ours: nobody writes them, and «y» is a word.
    var abbreviations = dimension == .calendar ? [] : cells[4] + [symbol]
    if let power = symbol.last, power == "2" || power == "3" {
      abbreviations.append(symbol.dropLast() + "^" + String(power))
    }
    return Row(unit: unit, spanish: cells[2], english: cells[3], abbreviations: abbreviations.filter { !$0.isEmpty })
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }

  /// `0.3048` or `5/9`.
  private static func rational(_ text: String) -> Rational {
    let parts = text.split(separator: "/").map { Rational(decimal: String($0)) }
    return parts.count == 2 ? parts[0] / parts[1] : parts[0]
  }

  private static let source: [(Dimension, String)] = [
    (.length, lengths), (.mass, masses), (.volume, volumes), (.area, areas), (.speed, speeds),
    (.temperature, temperatures), (.time, times), (.calendar, calendar), (.data, data), (.energy, energies),
    (.pressure, pressures),
  ]

  // Base: the metre.
  private static let lengths = """
    m|1|metro,metros|metre,metres,meter,meters|mts
    km|1000|kilómetro,kilómetros|kilometre,kilometres,kilometer,kilometers|kms
    hm|100|hectómetro,hectómetros|hectometre,hectometres,hectometer,hectometers|
    dm|0.1|decímetro,decímetros|decimetre,decimetres,decimeter,decimeters|
    cm|0.01|centímetro,centímetros|centimetre,centimetres,centimeter,centimeters|cms
    mm|0.001|milímetro,milímetros|millimetre,millimetres,millimeter,millimeters|
    µm|0.000001|micrómetro,micrómetros,micra,micras|micrometre,micrometres,micrometer,micrometers,micron,microns|
    nm|0.000000001|nanómetro,nanómetros|nanometre,nanometres,nanometer,nanometers|
    in|0.0254|pulgada,pulgadas|inch,inches|"
    ft|0.3048|pie,pies|foot,feet|'
    yd|0.9144|yarda,yardas|yard,yards|yds
    mi|1609.344|milla,millas|mile,miles|
    nmi|1852|milla náutica,millas náuticas,milla marina,millas marinas|nautical mile,nautical miles|
    ly|9460730472580800|año luz,años luz|light-year,light-years,light year,light years|
    au|149597870700|unidad astronómica,unidades astronómicas|astronomical unit,astronomical units|
    """

  // Base: the kilogram.
  private static let masses = """
    kg|1|kilogramo,kilogramos,kilo,kilos|kilogram,kilograms,kilo,kilos,kilogramme,kilogrammes|kgs
    g|0.001|gramo,gramos|gram,grams,gramme,grammes|gr,grs
    mg|0.000001|miligramo,miligramos|milligram,milligrams|
    µg|0.000000001|microgramo,microgramos|microgram,micrograms|mcg
    t|1000|tonelada,toneladas,tonelada métrica,toneladas métricas|tonne,tonnes,metric ton,metric tons|
    q|100|quintal métrico,quintales métricos|metric quintal,metric quintals|
    lb|0.45359237|libra,libras|pound,pounds|lbs
    oz|0.028349523125|onza,onzas|ounce,ounces|
    st|6.35029318|stone,stones|stone,stones|
    """

  // Base: the litre. Customary measures are those of the United States, and say so.
  private static let volumes = """
    l|1|litro,litros|litre,litres,liter,liters|lts
    ml|0.001|mililitro,mililitros|millilitre,millilitres,milliliter,milliliters|
    cl|0.01|centilitro,centilitros|centilitre,centilitres,centiliter,centiliters|
    dl|0.1|decilitro,decilitros|decilitre,decilitres,deciliter,deciliters|
    hl|100|hectolitro,hectolitros|hectolitre,hectolitres,hectoliter,hectoliters|
    m3|1000|metro cúbico,metros cúbicos|cubic metre,cubic metres,cubic meter,cubic meters|
    dm3|1|decímetro cúbico,decímetros cúbicos|cubic decimetre,cubic decimetres,cubic decimeter,cubic decimeters|
    cm3|0.001|centímetro cúbico,centímetros cúbicos|cubic centimetre,cubic centimetres,cubic centimeter,cubic centimeters|cc
    ft3|28.316846592|pie cúbico,pies cúbicos|cubic foot,cubic feet|
    in3|0.016387064|pulgada cúbica,pulgadas cúbicas|cubic inch,cubic inches|
    gal|3.785411784|galón (EE. UU.),galones (EE. UU.),galón,galones|US gallon,US gallons,gallon,gallons|
    qt|0.946352946|cuarto de galón (EE. UU.),cuartos de galón (EE. UU.),cuarto de galón,cuartos de galón|US quart,US quarts,quart,quarts|
    pt|0.473176473|pinta (EE. UU.),pintas (EE. UU.),pinta,pintas|US pint,US pints,pint,pints|
    cup|0.2365882365|taza (EE. UU.),tazas (EE. UU.),taza,tazas|US cup,US cups,cup,cups|
    floz|0.0295735295625|onza líquida (EE. UU.),onzas líquidas (EE. UU.),onza líquida,onzas líquidas|US fluid ounce,US fluid ounces,fluid ounce,fluid ounces|fl oz,fl. oz,fl. oz.
    tbsp|0.01478676478125|cucharada (EE. UU.),cucharadas (EE. UU.),cucharada,cucharadas|US tablespoon,US tablespoons,tablespoon,tablespoons|
    tsp|0.00492892159375|cucharadita (EE. UU.),cucharaditas (EE. UU.),cucharadita,cucharaditas|US teaspoon,US teaspoons,teaspoon,teaspoons|
    ukgal|4.54609|galón imperial,galones imperiales|imperial gallon,imperial gallons,UK gallon,UK gallons|
    ukpt|0.56826125|pinta imperial,pintas imperiales|imperial pint,imperial pints,UK pint,UK pints|
    bbl|158.987294928|barril de petróleo,barriles de petróleo|oil barrel,oil barrels,barrel of oil,barrels of oil|
    """

  // Base: the square metre.
  private static let areas = """
    m2|1|metro cuadrado,metros cuadrados|square metre,square metres,square meter,square meters|sq m
    km2|1000000|kilómetro cuadrado,kilómetros cuadrados|square kilometre,square kilometres,square kilometer,square kilometers|sq km
    dm2|0.01|decímetro cuadrado,decímetros cuadrados|square decimetre,square decimetres,square decimeter,square decimeters|
    cm2|0.0001|centímetro cuadrado,centímetros cuadrados|square centimetre,square centimetres,square centimeter,square centimeters|sq cm
    mm2|0.000001|milímetro cuadrado,milímetros cuadrados|square millimetre,square millimetres,square millimeter,square millimeters|
    ha|10000|hectárea,hectáreas|hectare,hectares|
    acre|4046.8564224|acre,acres|acre,acres|
    ft2|0.09290304|pie cuadrado,pies cuadrados|square foot,square feet|sq ft,sqft
    in2|0.00064516|pulgada cuadrada,pulgadas cuadradas|square inch,square inches|sq in
    yd2|0.83612736|yarda cuadrada,yardas cuadradas|square yard,square yards|sq yd
    mi2|2589988.110336|milla cuadrada,millas cuadradas|square mile,square miles|sq mi
    """

  // Base: the metre per second.
  private static let speeds = """
    m/s|1|metro por segundo,metros por segundo|metre per second,metres per second,meter per second,meters per second|mps
    km/h|1000/3600|kilómetro por hora,kilómetros por hora|kilometre per hour,kilometres per hour,kilometer per hour,kilometers per hour|kmh,kph
    mph|0.44704|milla por hora,millas por hora|mile per hour,miles per hour|mi/h
    ft/s|0.3048|pie por segundo,pies por segundo|foot per second,feet per second|fps
    kn|1852/3600|nudo,nudos|knot,knots|kt
    """

  // Base: the kelvin.
  private static let temperatures = """
    K|1|kelvin,kelvin,kelvins,grado kelvin,grados kelvin|kelvin,kelvins,degree kelvin,degrees kelvin|°K
    °C|1 273.15|grado Celsius,grados Celsius,grado centígrado,grados centígrados,celsius,centígrados,centígrado,grado C,grados C|degree Celsius,degrees Celsius,celsius,centigrade,degree centigrade,degrees centigrade,degree C,degrees C|C
    °F|5/9 45967/180|grado Fahrenheit,grados Fahrenheit,fahrenheit,grado F,grados F|degree Fahrenheit,degrees Fahrenheit,fahrenheit,degree F,degrees F|F
    """

  // Base: the second.
  private static let times = """
    s|1|segundo,segundos|second,seconds|seg,sec,secs
    ms|0.001|milisegundo,milisegundos|millisecond,milliseconds|
    µs|0.000001|microsegundo,microsegundos|microsecond,microseconds|
    ns|0.000000001|nanosegundo,nanosegundos|nanosecond,nanoseconds|
    min|60|minuto,minutos|minute,minutes|mins
    h|3600|hora,horas|hour,hours|hr,hrs
    d|86400|día,días|day,days|
    wk|604800|semana,semanas|week,weeks|
    fn|1209600|quincena de 14 días,quincenas de 14 días|fortnight,fortnights|
    """

  // Base: the month.
  private static let calendar = """
    mo|1|mes,meses|month,months|
    qr|3|trimestre,trimestres|quarter,quarters|
    sem|6|semestre,semestres|half-year,half-years|
    y|12|año,años|year,years|
    dec|120|década,décadas|decade,decades|
    cent|1200|siglo,siglos|century,centuries|
    mill|12000|milenio,milenios|millennium,millennia|
    """

  // Base: the byte.
  private static let data = """
    B|1|byte,bytes|byte,bytes|
    bit|1/8|bit,bits|bit,bits|
    kB|1000|kilobyte,kilobytes|kilobyte,kilobytes|
    MB|1000000|megabyte,megabytes,mega,megas|megabyte,megabytes|
    GB|1000000000|gigabyte,gigabytes,giga,gigas|gigabyte,gigabytes|
    TB|1000000000000|terabyte,terabytes,tera,teras|terabyte,terabytes|
    PB|1000000000000000|petabyte,petabytes|petabyte,petabytes|
    KiB|1024|kibibyte,kibibytes|kibibyte,kibibytes|
    MiB|1048576|mebibyte,mebibytes|mebibyte,mebibytes|
    GiB|1073741824|gibibyte,gibibytes|gibibyte,gibibytes|
    TiB|1099511627776|tebibyte,tebibytes|tebibyte,tebibytes|
    kbit|125|kilobit,kilobits|kilobit,kilobits|
    Mbit|125000|megabit,megabits|megabit,megabits|
    Gbit|125000000|gigabit,gigabits|gigabit,gigabits|
    """

  // Base: the joule.
  private static let energies = """
    J|1|julio,julios,joule,joules|joule,joules|
    kJ|1000|kilojulio,kilojulios,kilojoule,kilojoules|kilojoule,kilojoules|
    MJ|1000000|megajulio,megajulios,megajoule,megajoules|megajoule,megajoules|
    cal|4.184|caloría,calorías|calorie,calories|
    kcal|4184|kilocaloría,kilocalorías|kilocalorie,kilocalories|
    Wh|3600|vatio hora,vatios hora,vatio-hora,vatios-hora|watt hour,watt hours,watt-hour,watt-hours|
    kWh|3600000|kilovatio hora,kilovatios hora,kilovatio-hora,kilovatios-hora|kilowatt hour,kilowatt hours,kilowatt-hour,kilowatt-hours|
    MWh|3600000000|megavatio hora,megavatios hora,megavatio-hora,megavatios-hora|megawatt hour,megawatt hours,megawatt-hour,megawatt-hours|
    BTU|1055.05585262|BTU,BTU|BTU,BTU,BTUs|
    eV|0.0000000000000000001602176634|electronvoltio,electronvoltios|electronvolt,electronvolts|
    """

  // Base: the pascal.
  private static let pressures = """
    Pa|1|pascal,pascales|pascal,pascals|
    hPa|100|hectopascal,hectopascales|hectopascal,hectopascals|
    kPa|1000|kilopascal,kilopascales|kilopascal,kilopascals|
    MPa|1000000|megapascal,megapascales|megapascal,megapascals|
    bar|100000|bar,bares|bar,bars|
    mbar|100|milibar,milibares|millibar,millibars|
    atm|101325|atmósfera,atmósferas|atmosphere,atmospheres|
    psi|4.4482216152605/0.00064516|libra por pulgada cuadrada,libras por pulgada cuadrada|pound per square inch,pounds per square inch|
    mmHg|133.322387415|milímetro de mercurio,milímetros de mercurio|millimetre of mercury,millimetres of mercury,millimeter of mercury,millimeters of mercury|
    Torr|101325/760|torr,torr|torr,torr|
    """
}
