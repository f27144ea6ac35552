import SaraiAgent
package import SaraiCore

/// What a person agreed to when a skill was installed: everything that its manifest may touch and use.
package struct SkillConsent: Sendable, Hashable {
  package var isolation: SkillManifest.Isolation
  package var grants: SkillGrants
  package var limits: SkillLimits
  package var instances: Int
  /// Which questions typed in chat are passed on to it.
  package var questions: Questions

  /// Intents by their groups of cues: a question has to hold one cue of each group.
  package struct Questions: Sendable, Hashable {
    var maxBytes: Int
    var intents: [[Set<String>]]

    init(_ manifest: SkillManifest) {
      maxBytes = manifest.intents.isEmpty ? 0 : manifest.maxQuestionBytes
      intents = manifest.intents.map { $0.groups.map(Set.init) }
    }

    /// Whether every question that these let through is one that `others` let through as well.
    func lie(within others: Questions) -> Bool {
      maxBytes <= others.maxBytes
        && intents.allSatisfy { intent in
          others.intents.contains { other in
            other.allSatisfy { cues in intent.contains { $0.isSubset(of: cues) } }
          }
        }
    }
  }

  package init(_ manifest: SkillManifest) {
    isolation = manifest.isolation
    grants = manifest.grants
    limits = manifest.limits
    instances = manifest.instances
    questions = Questions(manifest)
  }

  /// What `manifest` wants beyond this.
  package func widening(to manifest: SkillManifest) -> SkillWidening {
    var limits: [SkillWidening.Limit] = []
    func compare(_ name: String, _ old: Double, _ new: Double) {
      if new > old { limits.append(.init(name: name, from: old, to: new)) }
    }
    for limit in SkillLimits.all { compare(limit.name, limit.value(self.limits), limit.value(manifest.limits)) }
    compare("instances", Double(instances), Double(manifest.instances))
    return SkillWidening(
      grants: manifest.grants.widening(from: grants), limits: limits,
      losesIsolation: isolation == .required && manifest.isolation == .optional,
      receivesQuestions: !Questions(manifest).lie(within: questions))
  }
}

/// How much more a manifest wants than was agreed to.
package struct SkillWidening: Sendable, Hashable {
  package struct Limit: Sendable, Hashable {
    package var name: String
    package var from: Double
    package var to: Double
  }

  package var grants: SkillGrants
  package var limits: [Limit]
  package var losesIsolation: Bool
  package var receivesQuestions: Bool

  package var isEmpty: Bool { grants.isEmpty && limits.isEmpty && !losesIsolation && !receivesQuestions }
}

extension SkillGrants {
  package var isEmpty: Bool {
    files.isEmpty && network.isEmpty && models.isEmpty && skills.isEmpty && memory == .none
  }

  /// What these grants have that `old` has not. A file of a folder that was granted is nothing new, nor is reading
  /// what could be written.
  package func widening(from old: SkillGrants) -> SkillGrants {
    let isCovered = { (file: File) in
      old.files.contains { granted in
        (granted.path == file.path || file.path.hasPrefix(granted.path + "/")) && (granted.mayWrite || !file.mayWrite)
      }
    }
    return SkillGrants(
      files: files.filter { !isCovered($0) }, network: network.filter { !old.network.contains($0) },
      models: models.filter { !old.models.contains($0) }, skills: skills.filter { !old.skills.contains($0) },
      memory: memory > old.memory ? memory : .none)
  }
}

extension SkillLimits {
  struct Named: Sendable {
    let name: String
    let value: @Sendable (SkillLimits) -> Double
    let set: @Sendable (inout SkillLimits, Double) -> Void
  }

  /// Each limit by its key in skill.yaml.
  static let all: [Named] = [
    .init(name: "memoryMiB") {
      Double($0.memoryMiB)
    } set: {
      $0.memoryMiB = Int($1)
    },
    .init(name: "processes") {
      Double($0.processes)
    } set: {
      $0.processes = Int($1)
    },
    .init(name: "cpuSeconds") {
      $0.cpuSeconds
    } set: {
      $0.cpuSeconds = $1
    },
    .init(name: "timeoutSeconds") {
      $0.timeoutSeconds
    } set: {
      $0.timeoutSeconds = $1
    },
    .init(name: "outputKiB") {
      Double($0.outputKiB)
    } set: {
      $0.outputKiB = Int($1)
    },
    .init(name: "temporaryMiB") {
      Double($0.temporaryMiB)
    } set: {
      $0.temporaryMiB = Int($1)
    },
    .init(name: "startSeconds") {
      $0.startSeconds
    } set: {
      $0.startSeconds = $1
    },
  ]
}

// MARK: - As a file

extension SkillConsent {
  static let maxFileBytes = 256 << 10
  private static let schema: Int64 = 2

  /// Beside the installed folders and not inside of one, where the skill's author would write it.
  static func path(of name: String, places: SkillPlaces) -> String { "\(folder(places))/\(name).json" }
  static func folder(_ places: SkillPlaces) -> String { "\(places.installed)/.consents" }

  /// - Returns: Nil where nobody has agreed to anything.
  /// - Throws: `corruptFile`, `forbidden`.
  static func read(_ name: String, places: SkillPlaces) throws(SaraiError) -> SkillConsent? {
    let path = path(of: name, places: places)
    guard SkillFiles.Facts(path) != nil else { return nil }
    let text = try SkillFiles.text(path, maxBytes: maxFileBytes)
    guard let json = try? JSONValue(parsing: text), let consent = SkillConsent(json) else {
      throw SaraiError(
        .corruptFile, es: "\(path) está dañado: instala otra vez la habilidad «\(name)».",
        en: "\(path) is damaged: install the skill \"\(name)\" again.", subject: path)
    }
    return consent
  }

  package var json: JSONValue {
    var limits = JSONObject()
    for limit in SkillLimits.all { limits[limit.name] = .number(limit.value(self.limits)) }
    return [
      "schema": .integer(Self.schema), "isolation": .string(isolation.rawValue), "grants": grants.json,
      "limits": .object(limits), "instances": .integer(Int64(instances)), "questions": questions.json,
    ]
  }

  private init?(_ json: JSONValue) {
    guard json["schema"]?.integerValue == Self.schema,
      let isolation = json["isolation"]?.stringValue.flatMap(SkillManifest.Isolation.init(rawValue:)),
      let grants = json["grants"].flatMap(SkillGrants.init), let instances = json["instances"]?.integerValue,
      let limits = json["limits"]?.objectValue, let questions = json["questions"].flatMap(Questions.init)
    else { return nil }
    self.isolation = isolation
    self.grants = grants
    self.instances = Int(clamping: instances)
    self.questions = questions
    self.limits = SkillLimits()
    for limit in SkillLimits.all {
      guard let value = limits[limit.name]?.doubleValue, (0...1e9).contains(value) else { return nil }
      limit.set(&self.limits, value)
    }
  }
}

extension SkillConsent.Questions {
  fileprivate var json: JSONValue {
    let intents = intents.map { JSONValue.array($0.map { .array($0.sorted().map { .string($0) }) }) }
    return ["maxBytes": .integer(Int64(maxBytes)), "intents": .array(intents)]
  }

  fileprivate init?(_ json: JSONValue) {
    guard let maxBytes = json["maxBytes"]?.integerValue, let items = json["intents"]?.arrayValue else { return nil }
    self.maxBytes = Int(clamping: maxBytes)
    intents = []
    for item in items {
      guard let groups = item.arrayValue else { return nil }
      intents.append(groups.map { Set(($0.arrayValue ?? []).compactMap(\.stringValue)) })
    }
  }
}

extension SkillGrants {
  package var json: JSONValue {
    func texts(_ items: [String]) -> JSONValue { .array(items.map { .string($0) }) }
    return [
      "files": .array(files.map { ["path": .string($0.path), "write": .bool($0.mayWrite)] }),
      "network": texts(network), "models": texts(models), "skills": texts(skills), "memory": .string(memory.rawValue),
    ]
  }

  fileprivate init?(_ json: JSONValue) {
    func texts(_ key: String) -> [String]? {
      guard let items = json[key]?.arrayValue else { return nil }
      let texts = items.compactMap(\.stringValue)
      return texts.count == items.count ? texts : nil
    }
    guard let items = json["files"]?.arrayValue, let network = texts("network"), let models = texts("models"),
      let skills = texts("skills"), let memory = json["memory"]?.stringValue.flatMap(Memory.init(rawValue:))
    else { return nil }
    var files: [File] = []
    for item in items {
      guard let path = item["path"]?.stringValue, let mayWrite = item["write"]?.boolValue else { return nil }
      files.append(File(path: path, mayWrite: mayWrite))
    }
    self.init(files: files, network: network, models: models, skills: skills, memory: memory)
  }
}
