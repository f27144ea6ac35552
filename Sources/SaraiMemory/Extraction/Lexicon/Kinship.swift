/// Words for people by what they are to somebody, under one Spanish name for both languages.
enum Kinship {
  /// Canonical (singular) = other words for the same; feminine and plural forms follow by rule or are listed.
  private static let table = """
    madre: mama vieja mami mother mom mum mommy mama
    padre: papa viejo papi father dad daddy
    padres: papas viejos parents folks
    hermano: brother bro hermanito tete
    hermana: sister sis hermanita tata
    hermanos: siblings
    hermanastro: stepbrother
    hermanastra: stepsister
    hijo: son hijito nene
    hija: daughter hijita nena
    hijos: children kids
    abuelo: grandfather grandpa granddad yayo abuelito
    abuela: grandmother grandma granny nana yaya abuelita
    abuelos: grandparents yayos
    nieto: grandson
    nieta: granddaughter
    nietos: grandchildren grandkids
    bisabuelo: great-grandfather
    bisabuela: great-grandmother
    tio: uncle
    tia: aunt auntie
    sobrino: nephew
    sobrina: niece
    primo: cousin
    prima: cousin
    marido: esposo husband hubby
    mujer: esposa wife
    pareja: partner
    novio: boyfriend
    novia: girlfriend
    prometido: fiance
    prometida: fiancee
    ex: exnovio exnovia exmarido exmujer ex-wife ex-husband ex-girlfriend ex-boyfriend
    suegro: father-in-law
    suegra: mother-in-law
    suegros: in-laws
    cunado: brother-in-law
    cunada: sister-in-law
    yerno: son-in-law
    nuera: daughter-in-law
    padrino: godfather
    madrina: godmother
    ahijado: godson
    ahijada: goddaughter
    padrastro: stepfather stepdad
    madrastra: stepmother stepmom
    hijastro: stepson
    hijastra: stepdaughter
    amigo: friend amiguete colega buddy pal amigo
    amiga: friend
    companero: companero colleague coworker co-worker classmate teammate
    companera: colleague coworker classmate
    companero de piso: roommate flatmate housemate
    jefe: boss manager supervisor
    jefa: boss manager
    vecino: neighbor neighbour
    vecina: neighbor neighbour
    profesor: teacher tutor profe maestro
    profesora: teacher maestra
    medico: doctor
    medica: doctora
    dentista: dentist
    psicologo: therapist psychologist
    psicologa: psicologa therapist psychologist
    casero: landlord
    casera: landlady
    socio: business-partner
    socia: socia
    gemelo: twin mellizo
    gemela: melliza
    bebe: baby
    abogado: lawyer
    abogada: lawyer
    entrenador: coach trainer
    alumno: student pupil
    alumna: student
    peluquero: hairdresser
    peluquera: hairdresser
    familia: family
    madre biologica: birth-mother
    """

  private static let feminine: Set<String> = [
    "madre", "mujer", "pareja", "nuera", "familia", "madrina", "madrastra",
  ]

  private static let canonicalByWord: [String: [String]] = {
    var words: [String: [String]] = [:]
    func add(_ word: String, _ canonical: String) {
      if !(words[word] ?? []).contains(canonical) { words[word, default: []].append(canonical) }
    }
    for line in table.split(separator: "\n") {
      let parts = line.split(separator: ":")
      let canonical = parts[0].trimmingPrefix(while: { $0 == " " })
      for word in [String(canonical)] + parts[1].split(separator: " ").map(String.init) {
        add(word, String(canonical))
        for plural in Inflection.plurals(of: word) { add(plural, String(canonical)) }
      }
    }
    // Where a plural has a name of its own, that one comes first: «mis padres» are two.
    for plural in ["padres", "hermanos", "hijos", "abuelos", "nietos", "suegros"] {
      words[plural]?.removeAll { $0 == plural }
      words[plural]?.insert(
        plural == "padres" || plural == "abuelos" || plural == "suegros" ? plural : String(plural.dropLast()), at: 0)
    }
    for (word, canonical) in [
      ("siblings", "hermano"), ("sibling", "hermano"), ("child", "hijo"), ("kid", "hijo"), ("grandchild", "nieto"),
      ("children", "hijo"), ("kids", "hijo"), ("grandchildren", "nieto"), ("wives", "mujer"),
      ("sons-in-law", "yerno"), ("brothers-in-law", "cunado"), ("sisters-in-law", "cunada"),
    ] { words[word] = [canonical] }
    return words
  }()

  /// The canonical names that a folded word can stand for: "cousin" is «primo» or «prima».
  static func canonical(_ word: String) -> [String] { canonicalByWord[word] ?? [] }

  static func isKin(_ word: String) -> Bool { canonicalByWord[word] != nil }

  /// Those that are work as well: «mi madre es profesora».
  static let occupations: Set<String> = [
    "profesor", "profesora", "medico", "medica", "dentista", "psicologo", "psicologa", "abogado", "abogada",
    "peluquero", "peluquera",
    "entrenador", "jefe", "jefa", "alumno", "alumna",
  ]

  static var words: [String: [String]].Keys { canonicalByWord.keys }

  static func isFeminine(_ canonical: String) -> Bool {
    let head = canonical.prefix { $0 != " " }
    return feminine.contains(String(head)) || head.hasSuffix("a")
  }

  /// Words that a plural like «hijos» takes in beside its own singular.
  static func members(of canonical: String) -> [String] {
    switch canonical {
    case "hijo", "hermano", "nieto", "abuelo", "tio", "primo", "sobrino", "amigo", "vecino", "companero", "cunado",
      "gemelo", "alumno":
      [canonical, canonical.dropLast() + "a"]
    case "padres": ["padres", "padre", "madre"]
    case "abuelos": ["abuelos", "abuelo", "abuela"]
    case "suegros": ["suegros", "suegro", "suegra"]
    default: [canonical]
    }
  }
}

/// Plurals and singulars of both languages, as far as a list of words needs them.
enum Inflection {
  static func plurals(of word: String) -> [String] {
    guard let last = word.last else { return [] }
    if last == "s" { return [] }
    if last == "y", let before = word.dropLast().last, !"aeiou".contains(before) { return [word.dropLast() + "ies"] }
    return "aeiou".contains(last) ? [word + "s"] : [word + "s", word + "es"]
  }

  /// A noun in the singular with the accents that it was typed with.
  static func singularAsTyped(_ word: String) -> String {
    let folded = Fold.text(word)
    let one = singular(folded)
    return folded.hasPrefix(one) ? String(word.prefix(one.count)) : one
  }

  /// A folded noun in the singular, by its ending.
  static func singular(_ word: String) -> String {
    if let known = irregularSingulars[word] { return known }
    if word.count > 4, word.hasSuffix("ces") { return word.dropLast(3) + "z" }
    if word.count > 4, word.hasSuffix("ies") { return word.dropLast(3) + "y" }
    if word.count > 4, word.hasSuffix("es"), let before = word.dropLast(2).last, "lrndjxz".contains(before) {
      return ["ches", "shes", "xes"].contains(where: word.hasSuffix) || "lrnd".contains(before)
        ? String(word.dropLast(2)) : String(word.dropLast())
    }
    if word.count > 3, word.hasSuffix("s"), !word.hasSuffix("ss"), !word.hasSuffix("is"), !word.hasSuffix("us") {
      return String(word.dropLast())
    }
    return word
  }

  private static let irregularSingulars = [
    "wives": "wife", "children": "child", "kids": "kid", "men": "man", "women": "woman", "people": "person",
    "coches": "coche", "noches": "noche", "noviembre": "noviembre", "lunes": "lunes", "martes": "martes", "gas": "gas",
    "clases": "clase", "llaves": "llave", "nombres": "nombre", "claves": "clave", "viernes": "viernes",
    "jueves": "jueves",
    "miercoles": "miercoles", "crisis": "crisis", "tres": "tres", "mes": "mes", "dientes": "diente", "padres": "padres",
    "bebes": "bebe", "cumpleanos": "cumpleanos", "gafas": "gafas", "paraguas": "paraguas", "pies": "pie",
    "cafes": "cafe", "ingles": "ingles", "frances": "frances", "aves": "ave",
    "feet": "foot", "teeth": "tooth", "mice": "mouse", "houses": "house", "horses": "horse", "nurses": "nurse",
  ]
}
