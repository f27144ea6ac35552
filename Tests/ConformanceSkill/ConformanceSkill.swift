import Glibc
import SkillProtocol

/// Does on request what the conformance tests want to see, as `conformance_skill.py` does.
///
/// Input is a command and its argument, with a space between; JSON comes back as it is.
@main
struct ConformanceSkill: Skill {
  static let name = "conformance"
  static let version = "7"

  private struct Settings: Decodable {
    var greeting: String?
    var broken: Bool?
  }

  private struct Fault: Error {}

  private let greeting: String

  init(configuration: SkillConfiguration) throws {
    let settings = try configuration.decoded(as: Settings.self)
    if settings.broken == true { throw Fault() }
    greeting = settings.greeting ?? "none"
  }

  func infer(_ request: SkillRequest) async throws -> SkillReply {
    if case .json(let json) = request.input { return .json(json) }
    let words = try request.text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    let argument = words.count == 2 ? String(words[1]) : ""
    switch words[0] {
    case "echo": return .text(argument)
    case "greeting": return .text(greeting)
    case "language": return .text(request.language)
    case "option": return .text(request.options[argument] ?? "none")
    case "big": return .text(String(repeating: "x", count: Int(argument) ?? 0))
    case "none": return .none
    case "read": return .text(try read(argument))
    case "nonsense": return .json("{")
    case "fail":
      throw SkillError(.notFound, es: "No hay tal cosa.", en: "There is no such thing.", subject: "thing")
    case "throw": throw Fault()
    case "thread": return .text(try read("/proc/\(try threadNumber())/stat"))
    case "log":
      request.log.warning("\(argument)")
      return "logged"
    default: return try await wait(String(words[0]), argument, request)
    }
  }

  /// The commands that take as long as the test wants.
  private func wait(_ command: String, _ argument: String, _ request: SkillRequest) async throws -> SkillReply {
    switch command {
    case "parts":
      for word in argument.split(separator: " ") { try request.send(String(word)) }
      return "end"
    case "flood":
      while true { try request.send(String(repeating: "x", count: 1_000)) }
    case "hold":
      try request.send("held")
      try await Gates.shared.hold(argument)
      return .text("let go: \(greeting)")
    case "deaf":
      await Gates.shared.holdDeaf(argument)
      return "let go"
    case "held":
      await Gates.shared.held(argument)
      return "held"
    case "release":
      Gates.shared.release(argument)
      return "released"
    default:
      throw SkillError(.invalidRequest, es: "Orden desconocida.", en: "Unknown command.", subject: command)
    }
  }

  /// The kernel's number of this thread, which `infer` has for itself.
  private func threadNumber() throws -> Substring {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = readlink("/proc/thread-self", &bytes, bytes.count)
    let parts = String(decoding: bytes[..<max(0, count)], as: UTF8.self).split(separator: "/")
    guard parts.count == 3, parts[0] != parts[2] else { throw Fault() }
    return parts[2]
  }

  /// What a file or named pipe holds; a pipe's writer decides when that is known.
  private func read(_ path: String) throws -> String {
    let file = open(path, O_RDONLY)
    guard file >= 0 else { throw Fault() }
    defer { close(file) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 4_096)
    while case let count = Glibc.read(file, &block, block.count), count > 0 { bytes += block[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
