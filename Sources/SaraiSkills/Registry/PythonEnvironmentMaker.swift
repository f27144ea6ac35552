import FoundationEssentials
import Glibc
import SaraiCore

/// Runs a program to its end, in the person's own environment.
package protocol SkillToolRunner: Sendable {
  /// - Returns: Its exit code and the end of what it printed on both outputs.
  /// - Throws: `notFound` or another error where it cannot be started; `cancelled`.
  func run(_ executable: String, _ arguments: [String]) async throws -> (code: Int32, output: String)
}

/// Makes a virtual environment for a skill that needs more than the kit.
///
/// Nothing of the packages runs meanwhile: they come as wheels, which are unpacked and nothing else, and once they are
/// there their interpreter is started in a sandbox only.
struct PythonEnvironmentMaker {
  let places: SkillPlaces
  let runner: any SkillToolRunner
  /// Interpreters that may have pip; the first that has one new enough is used.
  let pips: [String]

  /// - Parameter folder: Where it is made; it must not be there. After an error it is for the caller to take away.
  /// - Throws: `notAvailable` where Python, the kit or pip is missing; `network` where pip did not get the packages.
  func make(_ requirements: PythonRequirements, skill: String, in folder: String) async throws {
    guard let kit = places.python(SkillPlaces.kit), let packages = Self.packages(kit) else {
      throw SaraiError(
        .notAvailable,
        es: "Falta el entorno de Python de las habilidades: ejecuta «make build» o reinstala SARAi.",
        en: "The Python environment of skills is missing: run \"make build\", or install SARAi again.", subject: skill)
    }
    let pip = try await findPip()
    let made = try await readable(kit, ["-m", "venv", "--without-pip", folder])
    guard made.code == 0, let own = Self.packages("\(folder)/bin/python") else {
      throw Self.failed(skill, made.output, .notAvailable)
    }
    // Behind the skill's own packages: whatever it asks for in another version goes before the kit's.
    try SkillStorage.replace("\(own)/\(Self.kitFile)", with: Array("\(packages)\n".utf8), mode: 0o644)
    let list = "\(folder)/requirements.txt"
    try SkillStorage.replace(list, with: Array(requirements.lines.map { $0 + "\n" }.joined().utf8), mode: 0o644)
    let installed = try await readable(
      pip,
      [
        "-m", "pip", "--python", "\(folder)/bin/python", "install", "--disable-pip-version-check", "--no-input",
        "--progress-bar", "off", "--only-binary", ":all:", "--no-compile", "-r", list,
      ])
    guard installed.code == 0 else { throw Self.failed(skill, installed.output, .network) }
    // Scripts of packages name the place where they were made, and no skill starts programs.
    for script in (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/bin")) ?? [] {
      let path = "\(folder)/bin/\(script)"
      if SkillFiles.Facts(path)?.kind == .file { unlink(path) }
    }
  }

  /// Names the folder of the kit's packages, which Python then looks into as well.
  private static let kitFile = "sarai-kit.pth"

  /// Whether an environment was made here.
  static func takesKit(_ interpreter: String) -> Bool {
    packages(interpreter).map { SkillFiles.Facts("\($0)/\(kitFile)") != nil } ?? false
  }

  /// Runs a tool so that others may read what it makes: who runs skills in a container may be somebody else.
  private func readable(_ tool: String, _ arguments: [String]) async throws -> (code: Int32, output: String) {
    try await runner.run("/bin/sh", ["-c", "umask 022 && exec \"$0\" \"$@\"", tool] + arguments)
  }

  /// `--python` came with pip 22.3.
  private func findPip() async throws -> String {
    for pip in pips {
      guard let answer = try? await runner.run(pip, ["-m", "pip", "--version"]), answer.code == 0 else {
        try Task.checkCancellation()
        continue
      }
      let version = answer.output.split(separator: " ").dropFirst().first?.split(separator: ".").compactMap { Int($0) }
      guard let version, version.count >= 2, (version[0], version[1]) >= (22, 3) else { continue }
      return pip
    }
    throw SaraiError(
      .notAvailable,
      es: "Esta habilidad necesita paquetes de Python y no hay pip (22.3 o posterior): apt-get install python3-pip",
      en: "This skill needs packages of Python, and there is no pip (22.3 or later): apt-get install python3-pip",
      subject: "pip")
  }

  /// The folder of packages of an environment.
  private static func packages(_ interpreter: String) -> String? {
    let library = interpreter.dropLast("/bin/python".count) + "/lib"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: String(library))) ?? []
    return versions.filter { $0.hasPrefix("python3.") }.map { "\(library)/\($0)/site-packages" }
      .first { SkillFiles.Facts($0)?.kind == .folder }
  }

  private static func failed(_ skill: String, _ output: String, _ code: SaraiError.Code) -> SaraiError {
    let lines = output.split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }.suffix(3)
    return SaraiError(
      code,
      Localized(
        es: "No se han podido instalar los paquetes de Python de «\(skill)»: comprueba la red y su requirements.txt.",
        en: "The Python packages of \"\(skill)\" could not be installed: check the network and its requirements.txt."),
      subject: skill, cause: lines.map { SkillFault.shown(String($0), maxLength: 300) }.joined(separator: " · "))
  }
}
