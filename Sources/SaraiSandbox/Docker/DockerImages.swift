import SaraiCore

/// The images that containers are made from.
package enum DockerImages {
  /// Holds nothing: all that a program needs is mounted from the host.
  package static let base = "saraiskill.base:\(SaraiVersion.current)"
  /// The program that an image was made for: its path, its size in bytes and its time in nanoseconds.
  static let programLabel = "org.sarai.skill.program"
  /// The folders that it holds beside, one a line.
  static let rootsLabel = "org.sarai.skill.roots"

  /// The image of a skill, as `make skill-image` names it.
  package static func ofSkill(_ name: String) -> String { "saraiskill.\(name):\(SaraiVersion.current)" }

  /// Makes the empty image unless it is there.
  static func makeBase(_ engine: DockerEngine) async throws(SaraiError) {
    if try await engine.ask("GET", "/images/\(base)/json").status == 200 { return }
    let parts = base.split(separator: ":")
    // An archive of no files is two blocks of zeros.
    let reply = try await engine.ask(
      "POST", "/images/create?fromSrc=-&repo=\(parts[0])&tag=\(parts[1])", body: [UInt8](repeating: 0, count: 1024),
      type: "application/x-tar")
    guard reply.status == 200, try await engine.ask("GET", "/images/\(base)/json").status == 200 else {
      throw DockerErrors.noBaseImage(base, reply: reply)
    }
  }

  /// Whether there is an image that holds what the profile would mount of its program.
  static func fits(_ image: String, _ profile: SandboxProfile, _ engine: DockerEngine) async throws(SaraiError) -> Bool
  {
    let reply = try await engine.ask("GET", "/images/\(DockerEngine.encoded(image))/json")
    guard reply.status == 200, let labels = reply.json["Config"]?["Labels"] else { return false }
    guard let program = labels[programLabel]?.stringValue, let executable = realPath(profile.executable),
      let facts = FileFacts(executable)
    else { return false }
    // The container's own tmpfs would cover it.
    if ([executable, profile.executable] + profile.roots).contains(where: { $0.hasPrefix("/tmp/") }) { return false }
    let roots = Set((labels[rootsLabel]?.stringValue ?? "").split(separator: "\n").map(String.init))
    return program == "\(executable) \(facts.bytes) \(facts.modifiedNanoseconds)"
      && roots.isSuperset(of: profile.roots)
  }
}
