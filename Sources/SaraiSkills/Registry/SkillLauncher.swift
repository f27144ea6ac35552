import FoundationEssentials
package import SaraiCore
package import SaraiSandbox

/// Turns a skill into what a sandbox starts.
///
/// Its folder and its files are seen at the same paths inside as outside, so that messages name what a person finds.
/// `SkillLimits.cpuSeconds` is for one call and `SandboxLimits.cpuSeconds` for the whole life of a process, so the
/// launch has no such limit: whoever calls compares the process's time before and after.
package struct SkillLauncher: Sendable {
  /// Where the skill finds its configuration inside.
  package static let configurationInside = "/etc/sarai/skill/configuration.json"
  /// Files that cannot be seen at their own path, because the sandbox has its own things there.
  package static let filesInside = "/files"

  private let places: SkillPlaces

  package init(places: SkillPlaces) { self.places = places }

  /// - Parameters:
  ///   - files: Granted for this launch, beside those of the manifest.
  ///   - sockets: One for each grant of a model, a skill or the network: `model-ROLE`, `skill-NAME`, `network`.
  ///   - configurations: Where the configuration is written, in a folder for each skill; nil for none. That folder is
  ///     mounted, so that a skill that reloads sees the file that took the place of the old one.
  ///   - logLevel: `trace` to `critical`; nil for the kit's own choice.
  /// - Throws: `invalidRequest` for a skill of instructions alone and for grants that no sandbox can give; `notFound`
  ///   for a file, a program or a Python that is missing; `corruptFile` for an entry point that cannot be used.
  package func launch(
    _ skill: InstalledSkill, files: [SkillGrants.File] = [], sockets: [SandboxProfile.SocketGrant] = [],
    configurations: String? = nil, logLevel: String? = nil
  ) throws(SaraiError) -> SandboxLaunch {
    guard let manifest = skill.manifest else {
      throw SaraiError(
        .invalidRequest,
        es: "La habilidad «\(skill.name)» son instrucciones y no tiene programa que ejecutar: léelas con sarai skill "
          + "show \(skill.name).",
        en: "The skill \"\(skill.name)\" is instructions and has no program to run: read them with sarai skill show "
          + "\(skill.name).", subject: skill.name)
    }
    let command = try command(manifest, skill)
    var profile = SandboxProfile(
      name: skill.name, kind: manifest.runtime == .python ? .python : .native, executable: command.executable,
      roots: command.roots, serves: true, limits: Self.limits(manifest.limits))
    var environment = Self.environment(manifest)
    environment["SARAI_SKILL_LOG_LEVEL"] = logLevel
    if manifest.runtime == .python { environment.merge(Self.python(skill)) { $1 } }
    if let configurations {
      let folder = "\(configurations)/\(skill.name)"
      try Self.writeConfiguration(of: skill, into: folder)
      let inside = String(Self.configurationInside.dropLast("/configuration.json".count))
      profile.readOnly.append(.init(host: folder, inside: inside))
      environment["SARAI_SKILL_CONFIGURATION"] = Self.configurationInside
    }
    profile.hidden = places.own
    for file in Self.merged(manifest.grants.files + files) {
      try check(file)
      let grant = SandboxProfile.Grant(host: file.path, inside: Self.inside(file.path))
      if file.mayWrite { profile.readWrite.append(grant) } else { profile.readOnly.append(grant) }
    }
    profile.sockets = sockets
    return SandboxLaunch(profile, arguments: command.arguments, environment: environment)
  }

  // MARK: Files

  /// - Throws: `invalidRequest` for what is SARAi's own, and for what a file grant does not cover: whoever sees a socket
  ///   could talk to whoever listens on it.
  private func check(_ file: SkillGrants.File) throws(SaraiError) {
    if file.mayWrite, let own = places.reaches(file.path) {
      throw SaraiError(
        .invalidRequest, es: "«\(file.path)» tiene cosas de SARAi («\(own)»), donde una habilidad no escribe.",
        en: "\"\(file.path)\" holds things of SARAi's (\"\(own)\"), where no skill writes.", subject: "files")
    }
    if let own = places.holds(file.path) {
      throw SaraiError(
        .invalidRequest, es: "«\(file.path)» es de SARAi («\(own)») y ninguna habilidad lo ve: permite otra ruta.",
        en: "\"\(file.path)\" belongs to SARAi (\"\(own)\"), and no skill sees it: grant another path.",
        subject: "files")
    }
    if let real = SkillFiles.real(file.path), SkillFiles.Facts(real)?.kind == .other {
      throw SaraiError(
        .invalidRequest,
        es: "«\(file.path)» no es un archivo ni una carpeta, sino un socket, una tubería o un dispositivo: quítalo de "
          + "los permisos.",
        en: "\"\(file.path)\" is no file or folder but a socket, a pipe or a device: take it out of the grants.",
        subject: "files")
    }
  }

  /// Where a granted file is seen inside.
  package static func inside(_ path: String) -> String {
    for reserved in ["/tmp", "/run", "/etc/sarai", filesInside]
    where path == reserved || path.hasPrefix(reserved + "/") {
      return filesInside + path
    }
    return path
  }

  /// Each path once, with the most that was granted to it, and nothing that lies in a folder granted as well.
  static func merged(_ files: [SkillGrants.File]) -> [SkillGrants.File] {
    var paths: [String: Bool] = [:]
    for file in files { paths[file.path] = paths[file.path, default: false] || file.mayWrite }
    let all = paths.map { SkillGrants.File(path: $0.key, mayWrite: $0.value) }.sorted()
    return all.filter { file in
      !all.contains { other in
        file.path.hasPrefix(other.path + "/") && (other.mayWrite || !file.mayWrite)
      }
    }
  }

  /// Writes the manifest's `configuration` where `launch` lets the skill read it.
  ///
  /// `launch` does so, and so does whoever wants a skill to reload it.
  /// - Parameter folder: The skill's own below `configurations`. The file is replaced as a whole.
  /// - Throws: `forbidden` or `insufficientResources`.
  package static func writeConfiguration(of skill: InstalledSkill, into folder: String) throws(SaraiError) {
    let json = (skill.manifest?.configuration ?? .object([:])).serialized()
    do {
      // In a container the skill is somebody else, whatever the umask here.
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
      let path = "\(folder)/configuration.json"
      try SkillStorage.replace(path, with: json, mode: 0o644)
    } catch let error as SaraiError {
      throw error
    } catch {
      throw SaraiError(
        .forbidden, es: "No se puede escribir en \(folder): comprueba sus permisos.",
        en: "\(folder) cannot be written to: check its permissions.", subject: folder, cause: error)
    }
  }

  // MARK: The command

  private struct Command {
    var executable: String
    var arguments: [String]
    var roots: [String]
  }

  private func command(_ manifest: SkillManifest, _ skill: InstalledSkill) throws(SaraiError) -> Command {
    var arguments = Array(manifest.entry.dropFirst())
    for (index, word) in arguments.enumerated() where SkillFiles.isSafe(relative: word) {
      // A word that names a file of the folder means that file, wherever the program runs.
      if SkillFiles.Facts("\(skill.folder)/\(word)") != nil { arguments[index] = "\(skill.folder)/\(word)" }
    }
    switch try SkillEntry(manifest, folder: skill.folder, places: places) {
    case .file(let path): return Command(executable: path, arguments: arguments, roots: [skill.folder])
    case .program(let path): return Command(executable: path, arguments: arguments, roots: [skill.folder])
    case .python:
      let runtime = try pythonRuntime(skill)
      return Command(
        executable: runtime.interpreter, arguments: arguments,
        roots: runtime.roots + [skill.folder] + (try kitRoots(skill, beside: runtime)))
    }
  }

  /// The skill's own virtual environment, or the one with the kit alone.
  private func pythonRuntime(_ skill: InstalledSkill) throws(SaraiError) -> PythonRuntime {
    for name in [skill.name, SkillPlaces.kit] {
      if let interpreter = places.python(name) { return try PythonRuntime(interpreter: interpreter) }
    }
    throw SaraiError(
      .notFound,
      es: "La habilidad «\(skill.name)» es de Python y falta el entorno con sarai-skill: ejecuta «make build» o "
        + "reinstala SARAi.",
      en: "The skill \"\(skill.name)\" is in Python, and the environment with sarai-skill is missing: run \"make "
        + "build\", or install SARAi again.", subject: skill.name)
  }

  /// An environment that was made for an installed skill takes the kit from the kit's own.
  private func kitRoots(_ skill: InstalledSkill, beside runtime: PythonRuntime) throws(SaraiError) -> [String] {
    guard PythonEnvironmentMaker.takesKit(runtime.interpreter), let kit = places.python(SkillPlaces.kit) else {
      return []
    }
    return try PythonRuntime(interpreter: kit).roots.filter { !runtime.roots.contains($0) }
  }

  // MARK: Limits and environment

  static func limits(_ limits: SkillLimits) -> SandboxLimits {
    SandboxLimits(
      memoryBytes: limits.memoryMiB << 20, tasks: limits.processes, temporaryBytes: limits.temporaryMiB << 20,
      startSeconds: limits.startSeconds, callSeconds: limits.timeoutSeconds)
  }

  private static func environment(_ manifest: SkillManifest) -> [String: String] {
    [
      "SARAI_SKILL_SOCKET": SandboxPaths.socket, "SARAI_SKILL_END_WITH_INPUT": "1",
      "SARAI_SKILL_TIMEOUT_SECONDS": "\(manifest.limits.timeoutSeconds)",
      "SARAI_SKILL_MAX_REPLY_BYTES": "\(manifest.limits.outputKiB << 10)",
      "LANG": "C.UTF-8", "HOME": SandboxPaths.temporaryFolder, "TMPDIR": SandboxPaths.temporaryFolder,
      "SWIFT_BACKTRACE": "enable=no",
    ]
  }

  private static func python(_ skill: InstalledSkill) -> [String: String] {
    // The folder for `-m`; nothing is written beside the code, and nothing read from a home that is not there.
    ["PYTHONPATH": skill.folder, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONNOUSERSITE": "1", "PYTHONUNBUFFERED": "1"]
  }
}

extension SkillPlaces {
  /// The environment of skills that need nothing but the kit.
  static let kit = "kit"

  /// The interpreter of an environment; nil where no place has it.
  func python(_ name: String) -> String? {
    pythonEnvironments.lazy.map { "\($0)/\(name)/bin/python" }.first { SkillFiles.real($0) != nil }
  }
}
