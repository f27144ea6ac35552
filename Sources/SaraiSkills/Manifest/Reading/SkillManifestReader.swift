import SaraiAgent
import SaraiCore

/// Reads skill.yaml. Whatever it does not know is refused by name.
struct SkillManifestReader {
  static let maxFileBytes = 256 << 10
  static let schema = 1

  /// The whole file as a value, without a look at the disk.
  ///
  /// - Parameters:
  ///   - file: Its path, for messages.
  ///   - skill: The skill's name.
  ///   - home: What `~/` stands for; nil where nobody knows.
  /// - Throws: `corruptFile`, `tooLarge`.
  static func read(_ text: String, file: String, skill: String, home: String?) throws(SaraiError) -> SkillManifest {
    var root = try SkillMapping(YAMLReader.read(text, file: file), file: file)
    try checkSchema(&root)
    let (entry, runtime) = try entry(&root)
    var manifest = SkillManifest(entry: entry, runtime: runtime)
    manifest.isolation = try root.choice("isolation") ?? manifest.isolation
    if var section = try root.mapping("grants") {
      manifest.grants = try SkillGrantsReader.read(&section, skill: skill, home: home)
    }
    if var section = try root.mapping("limits") { manifest.limits = try limits(&section) }
    manifest.grammar = try grammar(&root)
    manifest.isIdempotent = try root.truth("idempotent") ?? manifest.isIdempotent
    manifest.instances = try root.integer("instances", in: 1...16) ?? manifest.instances
    manifest.keepWarmSeconds = try root.number("keepWarmSeconds", in: 0...604_800) ?? manifest.keepWarmSeconds
    manifest.prefetch = try root.truth("prefetch") ?? manifest.prefetch
    if var section = try root.mapping("intents") { try intents(&section, &manifest) }
    if let value = root.take("configuration") {
      manifest.configuration = try SkillConfigurationReader.read(value, root)
    }
    try root.finish()
    return manifest
  }

  private static func checkSchema(_ root: inout SkillMapping) throws(SaraiError) {
    let value = root.take("schema")
    guard let value else {
      throw root.missing(
        "schema", es: "escribe «schema: \(schema)» al principio", en: "write \"schema: \(schema)\" at the beginning")
    }
    guard case .scalar(let scalar) = value, case .integer(let version) = scalar.meaning, version >= 1 else {
      throw root.fault(value, "schema", es: "se espera \(schema)", en: "\(schema) is expected")
    }
    guard version <= schema else {
      throw root.fault(
        value, "schema",
        es: "esta SARAi entiende hasta la versión \(schema); actualiza SARAi o usa una habilidad anterior",
        en: "this SARAi understands versions up to \(schema); update SARAi, or use an older skill")
    }
  }

  /// The command and what runs it, as texts; whether the files are there is for `SkillEntry`.
  private static func entry(_ root: inout SkillMapping) throws(SaraiError) -> ([String], SkillManifest.Runtime) {
    let line = root.rest.first { $0.key == "entry" }?.line
    let words = try root.texts("entry", maxCount: 64)
    let asked: SkillManifest.Runtime? = try root.choice("runtime")
    guard let first = words.first?.text else {
      throw root.missing(
        "entry", es: "di qué programa se ejecuta, como [bin/mi-programa] o [python3, skill.py]",
        en: "say which program is run, as in [bin/my-program] or [python3, skill.py]")
    }
    func fault(es: String, en: String) -> SaraiError { SkillFault.error(root.file, line, "entry", es: es, en: en) }
    for word in words {
      guard (1...4096).contains(word.text.utf8.count), !SkillFiles.hasControlCharacters(word.text) else {
        throw fault(
          es: "cada palabra lleva de 1 a 4096 bytes, sin caracteres de control",
          en: "each word has 1 to 4096 bytes, without control characters")
      }
    }
    let runtime: SkillManifest.Runtime = first == SkillEntry.python ? .python : .native
    if let asked, asked != runtime {
      throw fault(
        es: asked == .python
          ? "una habilidad de Python empieza por python3: [python3, skill.py]"
          : "con python3 el tipo (runtime) es python, o no se pone",
        en: asked == .python
          ? "a Python skill begins with python3: [python3, skill.py]"
          : "with python3 the runtime is python, or left out")
    }
    guard SkillFiles.isSafe(relative: first) else {
      let shown = SkillFault.shown(first)
      throw fault(
        es: "«\(shown)» no es una ruta dentro de la carpeta de la habilidad: no puede ser absoluta ni llevar «..»",
        en: "\"\(shown)\" is no path inside the skill's folder: it can't be absolute, nor have \"..\"")
    }
    return (words.map(\.text), runtime)
  }

  private static func limits(_ section: inout SkillMapping) throws(SaraiError) -> SkillLimits {
    var limits = SkillLimits()
    limits.memoryMiB = try section.integer("memoryMiB", in: 4...65_536) ?? limits.memoryMiB
    limits.processes = try section.integer("processes", in: 1...4096) ?? limits.processes
    limits.cpuSeconds = try section.number("cpuSeconds", in: 0.01...86_400) ?? limits.cpuSeconds
    limits.timeoutSeconds = try section.number("timeoutSeconds", in: 0.01...3600) ?? limits.timeoutSeconds
    limits.outputKiB = try section.integer("outputKiB", in: 1...65_536) ?? limits.outputKiB
    // It lies in memory, so it is part of that limit.
    limits.temporaryMiB =
      try section.integer("temporaryMiB", in: 1...limits.memoryMiB) ?? min(limits.temporaryMiB, limits.memoryMiB)
    limits.startSeconds = try section.number("startSeconds", in: 0.1...600) ?? limits.startSeconds
    try section.finish()
    return limits
  }

  private static func grammar(_ root: inout SkillMapping) throws(SaraiError) -> String? {
    let line = root.rest.first { $0.key == "grammar" }?.line
    guard let name = try root.text("grammar") else { return nil }
    guard name.hasSuffix(".gbnf"), !name.contains("/"), SkillFiles.isSafe(relative: name), name.utf8.count <= 255 else {
      throw SkillFault.error(
        root.file, line, "grammar", es: "se espera el nombre de un archivo .gbnf de la carpeta, o de los de SARAi",
        en: "the name of a .gbnf file of the folder, or of SARAi's, is expected")
    }
    return name
  }

  private static func intents(_ section: inout SkillMapping, _ manifest: inout SkillManifest) throws(SaraiError) {
    manifest.maxQuestionBytes = try section.integer("maxQuestionBytes", in: 1...65_536) ?? manifest.maxQuestionBytes
    for (index, item) in try section.list("declared", maxCount: IntentGate.maxIntents).enumerated() {
      var fields = try SkillMapping(item, file: section.file, path: "\(section.join("declared"))[\(index)]")
      manifest.intents.append(try intent(&fields))
    }
    try section.finish()
    let gate: IntentGate
    do { gate = try IntentGate(manifest.intents, maxQuestionBytes: manifest.maxQuestionBytes) } catch {
      throw SkillFault.error(
        section.file, section.line, section.path, es: error.message.es, en: error.message.en)
    }
    if let example = gate.examplesHeldBack().first {
      let shown = SkillFault.shown(example.text)
      throw SkillFault.error(
        section.file, section.line, section.path,
        es: "el ejemplo «\(shown)» no pasa las pistas de su propia intención",
        en: "the example \"\(shown)\" does not get past the cues of its own intent")
    }
  }

  private static func intent(_ fields: inout SkillMapping) throws(SaraiError) -> IntentDeclaration {
    guard let name = try fields.text("name"), (1...64).contains(name.utf8.count), !SkillFiles.hasControlCharacters(name)
    else { throw fields.missing("name", es: "de 1 a 64 letras", en: "1 to 64 letters") }
    var groups: [[String]] = []
    for (index, group) in try fields.list("all", maxCount: IntentGate.maxGroups).enumerated() {
      let place = "\(fields.join("all"))[\(index)]"
      var cues: [String] = []
      for cue in try fields.list(group, place, maxCount: IntentGate.maxCues) {
        // A cue such as `7` or `true` is the word as it is written.
        guard case .scalar(let scalar) = cue, !scalar.text.isEmpty else {
          throw SkillFault.error(fields.file, cue.line, place, es: "se espera una palabra", en: "a word is expected")
        }
        cues.append(scalar.text)
      }
      groups.append(cues)
    }
    var examples: [IntentDeclaration.Example] = []
    if var section = try fields.mapping("examples") {
      for language in Language.allCases {
        for example in try section.texts(language.rawValue, maxCount: 100) {
          examples.append(.init(language: language, text: example.text))
        }
      }
      try section.finish()
    }
    try fields.finish()
    return IntentDeclaration(name: name, groups: groups, examples: examples)
  }
}

/// The skill's own settings: any mapping, as JSON.
enum SkillConfigurationReader {
  static let maxBytes = 256 << 10

  static func read(_ value: YAMLValue, _ root: SkillMapping) throws(SaraiError) -> JSONValue {
    guard case .mapping = value else {
      throw root.fault(
        value, "configuration", es: "se espera un grupo de claves y valores",
        en: "a group of keys and values is expected")
    }
    let json = json(value)
    guard json.serialized().count <= maxBytes else {
      throw root.fault(
        value, "configuration", es: "pasa de \(maxBytes >> 10) KiB", en: "it is more than \(maxBytes >> 10) KiB")
    }
    return json
  }

  private static func json(_ value: YAMLValue) -> JSONValue {
    switch value {
    case .list(let items, _): return .array(items.map(json))
    case .mapping(let members, _):
      var object = JSONObject()
      for member in members { object[member.key] = json(member.value) }
      return .object(object)
    case .scalar(let scalar):
      return switch scalar.meaning {
      case .nothing: .null
      case .truth(let truth): .bool(truth)
      case .integer(let integer): .integer(integer)
      case .number(let number): .number(number)
      case .text: .string(scalar.text)
      }
    }
  }
}
