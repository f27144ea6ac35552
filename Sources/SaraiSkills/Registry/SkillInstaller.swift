import FoundationEssentials
import Glibc
package import SaraiCore

/// What would be installed, and what the person has to agree to first.
package struct SkillInstallation: Sendable {
  package enum Question: Sendable, Hashable {
    /// It asks for nothing, or for no more than was agreed to.
    case none
    /// It is new and asks for something.
    case first
    /// It asks for more than before.
    case wider(SkillWidening)
  }

  /// As it was read in the folder that it comes from.
  package let skill: InstalledSkill
  /// Python packages of its own.
  package let packages: [String]
  package let isUpdate: Bool
  package let question: Question
  let source: String
}

/// Puts skills where SARAi finds them, and takes them away.
package struct SkillInstaller: Sendable {
  private let places: SkillPlaces
  /// Where environments of installed Python skills are made; one of `places.pythonEnvironments`.
  private let environments: String
  private let runner: any SkillToolRunner
  private let pips: [String]

  /// - Parameter pips: Python interpreters that may have pip, the best first.
  package init(places: SkillPlaces, environments: String, runner: any SkillToolRunner, pips: [String]) {
    self.places = places
    self.environments = environments
    self.runner = runner
    self.pips = pips
  }

  /// Looks at a folder and changes nothing.
  ///
  /// - Parameter path: An absolute path, links and all.
  /// - Throws: What `SkillReader.read` throws; `invalidRequest` for a name that is taken.
  package func plan(_ path: String) throws(SaraiError) -> SkillInstallation {
    let source = SkillFiles.real(path) ?? path
    let skill = try SkillReader(places: places).read(source, origin: .installed)
    try checkName(skill.name)
    let previous = SkillFiles.Facts(folder(skill.name)) != nil
    let packages = skill.manifest?.runtime == .python ? try PythonRequirements.read(source)?.lines ?? [] : []
    return SkillInstallation(
      skill: skill, packages: packages, isUpdate: previous, question: try question(skill, packages: packages),
      source: source)
  }

  /// Copies the skill and puts it in the place of the one before, all or nothing.
  ///
  /// - Throws: What `FolderCopy` and `PythonEnvironmentMaker` throw; `busy` where another installation runs;
  ///   `invalidRequest` where the folder changed since the plan. Nothing is left of a failed attempt.
  package func install(_ plan: SkillInstallation) async throws -> InstalledSkill {
    let name = plan.skill.name
    try makeFolders()
    let lock = try SkillFolderLock(places)
    defer { lock.release() }
    clean()
    let staged = "\(places.installed)/.staging-\(name)"
    let environment = "\(environments)/.staging-\(name)"
    defer {
      for left in [staged, environment] { try? FileManager.default.removeItem(atPath: left) }
    }
    if plan.source == folder(name) { return try await confirm(plan, environment: environment) }
    // The folder's name is the skill's, as the format asks.
    guard mkdir(staged, 0o700) == 0 else { throw SkillStorage.fault(staged) }
    let copy = "\(staged)/\(name)"
    try FolderCopy.run(plan.source, to: copy)
    let skill = try SkillReader(places: places).read(copy, origin: .installed)
    let requirements = skill.manifest?.runtime == .python ? try PythonRequirements.read(copy) : nil
    guard skill.manifest == plan.skill.manifest, skill.card == plan.skill.card,
      requirements?.lines ?? [] == plan.packages
    else {
      throw SaraiError(
        .invalidRequest, es: "La carpeta de «\(name)» ha cambiado mientras decidías: vuelve a instalarla.",
        en: "The folder of \"\(name)\" changed while you were deciding: install it again.", subject: name)
    }
    try await makeEnvironment(requirements, skill: name, in: environment)
    try Task.checkCancellation()
    try put(skill, copy: copy)
    try putEnvironment(environment, name)
    clean()
    return try SkillReader(places: places).read(folder(name), origin: .installed)
  }

  /// Takes an installed skill away, whatever its folder looks like.
  ///
  /// - Throws: `forbidden` for one of SARAi's own; `notFound`; `busy`.
  package func remove(_ name: String) throws(SaraiError) {
    let folder = folder(name)
    guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/"), SkillFiles.Facts(folder) != nil else {
      if SkillName.isValid(name), SkillFiles.Facts("\(places.builtIn)/\(name)/\(SkillReader.card)") != nil {
        throw SaraiError(
          .forbidden, es: "«\(name)» viene con SARAi y no se quita.",
          en: "\"\(name)\" comes with SARAi and is not taken away.", subject: name)
      }
      let shown = SkillFault.shown(name)
      let installed = SkillRegistry(places: places).entries().filter { $0.origin == .installed }
      let meant = NearestName.find(name, among: installed.map(\.name))
      throw SaraiError(
        .notFound,
        es: "No está instalada ninguna habilidad «\(shown)»" + (meant.map { ": ¿querías decir «\($0)»?" } ?? "."),
        en: "No skill \"\(shown)\" is installed" + (meant.map { ": did you mean \"\($0)\"?" } ?? "."), subject: name)
    }
    let lock = try SkillFolderLock(places)
    defer { lock.release() }
    clean()
    try retire(folder)
    unlink(SkillConsent.path(of: name, places: places))
    try? FileManager.default.removeItem(atPath: "\(environments)/\(name)")
    clean()
  }

  // MARK: Deciding

  private func question(_ skill: InstalledSkill, packages: [String]) throws(SaraiError) -> SkillInstallation.Question {
    guard let manifest = skill.manifest else { return .none }
    // A record that cannot be read is none.
    guard SkillFiles.Facts(folder(skill.name)) != nil, let before = try? SkillConsent.read(skill.name, places: places)
    else {
      return SkillWords.rights(manifest).isEmpty && packages.isEmpty ? .none : .first
    }
    let widening = before.widening(to: manifest)
    return widening.isEmpty ? .none : .wider(widening)
  }

  private func checkName(_ name: String) throws(SaraiError) {
    let isTaken = SkillFiles.Facts("\(places.builtIn)/\(name)/\(SkillReader.card)") != nil
    guard !isTaken, name != SkillPlaces.kit else {
      throw SaraiError(
        .invalidRequest,
        es: "«\(name)» es un nombre de SARAi: cambia el de tu habilidad en SKILL.md (name).",
        en: "\"\(name)\" is a name of SARAi's: change your skill's in SKILL.md (name).", subject: name)
    }
  }

  // MARK: Putting in place

  private func folder(_ name: String) -> String { "\(places.installed)/\(name)" }

  private func makeFolders() throws(SaraiError) {
    for folder in [places.installed, SkillConsent.folder(places), environments] {
      do {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      } catch {
        throw SaraiError(
          .forbidden, es: "No se puede crear la carpeta \(folder): comprueba los permisos.",
          en: "The folder \(folder) cannot be made: check the permissions.", subject: folder, cause: error)
      }
    }
  }

  /// Somebody agreed to what lies in the installed folder itself.
  private func confirm(_ plan: SkillInstallation, environment: String) async throws -> InstalledSkill {
    let requirements = plan.packages.isEmpty ? nil : try PythonRequirements.read(plan.source)
    try await makeEnvironment(requirements, skill: plan.skill.name, in: environment)
    try writeConsent(plan.skill)
    try putEnvironment(environment, plan.skill.name)
    return try SkillReader(places: places).read(plan.source, origin: .installed)
  }

  private func makeEnvironment(_ requirements: PythonRequirements?, skill: String, in folder: String) async throws {
    guard let requirements, !requirements.lines.isEmpty else { return }
    try await PythonEnvironmentMaker(places: places, runner: runner, pips: pips)
      .make(requirements, skill: skill, in: folder)
  }

  /// Takes the place of the one before; where none was made, that one goes.
  private func putEnvironment(_ made: String, _ name: String) throws(SaraiError) {
    let own = "\(environments)/\(name)"
    try? FileManager.default.removeItem(atPath: own)
    if SkillFiles.Facts(made) != nil, rename(made, own) != 0 { throw SkillStorage.fault(own) }
  }

  private func writeConsent(_ skill: InstalledSkill) throws(SaraiError) {
    let path = SkillConsent.path(of: skill.name, places: places)
    guard let manifest = skill.manifest else {
      unlink(path)
      return
    }
    try SkillStorage.replace(path, with: SkillConsent(manifest).json.serialized(pretty: true))
  }

  /// The record goes first: a manifest without it is not used, and a record without its manifest does nothing.
  private func put(_ skill: InstalledSkill, copy: String) throws(SaraiError) {
    let name = skill.name
    let record = SkillConsent.path(of: name, places: places)
    let before = try? SkillFiles.text(record, maxBytes: SkillConsent.maxFileBytes)
    do throws(SaraiError) {
      try writeConsent(skill)
      if SkillFiles.Facts(folder(name)) != nil { try retire(folder(name)) }
      guard rename(copy, folder(name)) == 0 else { throw SkillStorage.fault(folder(name)) }
    } catch {
      restore(name)
      if let before { try? SkillStorage.replace(record, with: Array(before.utf8)) } else { unlink(record) }
      throw error
    }
  }

  /// Puts a folder out of sight at once; `clean` deletes it later.
  private func retire(_ folder: String) throws(SaraiError) {
    guard let name = folder.split(separator: "/").last, rename(folder, "\(places.installed)/.old-\(name)") == 0 else {
      throw SkillStorage.fault(folder)
    }
  }

  private func restore(_ name: String) {
    if SkillFiles.Facts(folder(name)) == nil { rename("\(places.installed)/.old-\(name)", folder(name)) }
  }

  /// Takes away what attempts that were cut short have left, and gives back what one of them had put aside.
  private func clean() {
    for place in [places.installed, environments] {
      for left in (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? [] {
        if left.hasPrefix(".old-"), place == places.installed, Self.wasCut(String(left.dropFirst(5)), places) {
          restore(String(left.dropFirst(5)))
        }
        guard left.hasPrefix(".old-") || left.hasPrefix(".staging-") else { continue }
        try? FileManager.default.removeItem(atPath: "\(place)/\(left)")
      }
    }
  }

  /// An update that ended between its two renamings: nothing is in place, and its record is still there.
  private static func wasCut(_ name: String, _ places: SkillPlaces) -> Bool {
    SkillFiles.Facts("\(places.installed)/\(name)") == nil
      && SkillFiles.Facts(SkillConsent.path(of: name, places: places)) != nil
  }
}

/// One installation or removal at a time, whoever asks for it.
private struct SkillFolderLock {
  private let descriptor: Int32

  /// - Throws: `busy`.
  init(_ places: SkillPlaces) throws(SaraiError) {
    let path = "\(places.installed)/.lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw SkillStorage.fault(path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw SaraiError(
        .busy, es: "Otra instalación de habilidades está en marcha: espera a que acabe.",
        en: "Another installation of skills is under way: wait until it is done.", subject: path)
    }
  }

  func release() { close(descriptor) }
}
