/// A skill: a type that is made from its configuration and answers requests, one at a time or many at once.
///
/// ```swift
/// import SkillProtocol
///
/// @main
/// struct Greeter: Skill {
///   static let name = "greeter"
///
///   init(configuration: SkillConfiguration) {}
///
///   func infer(_ request: SkillRequest) async throws -> SkillReply {
///     "¡Hola, \(try request.text)!"
///   }
/// }
/// ```
///
/// The kit does the rest: the gRPC contract of `proto/skills.proto` on a unix socket, health, deadlines, limits,
/// structured logs, metrics, a graceful end on SIGTERM and a reload on SIGUSR1.
public protocol Skill: Sendable {
  /// What the skill is called, as in its folder: lower-case letters, digits and hyphens, at most 64.
  static var name: String { get }

  /// The skill's own version; "1" unless it says otherwise.
  static var version: String { get }

  /// Whether `infer` makes its output obey `SkillRequest.grammar`. Where it does not, which is the default, requests
  /// that carry a grammar are refused rather than answered wrongly.
  static var obeysGrammars: Bool { get }

  /// Reads whatever the skill needs. Made once at the start and anew for each reload: requests under way end with the
  /// instance they began with, which then goes away.
  ///
  /// - Throws: Any error. At the start it ends the process; at a reload the old instance stays.
  init(configuration: SkillConfiguration) throws

  /// Answers one request.
  ///
  /// It runs on a thread of its own and may block. Its task is cancelled when the deadline has passed or the caller
  /// has left; what it returns then is not used.
  ///
  /// - Returns: The output; `SkillReply.none` where the skill has no answer to this input.
  /// - Throws: A `SkillError` to tell the caller what went wrong; any other error is told as a fault of the skill.
  func infer(_ request: SkillRequest) async throws -> SkillReply
}

extension Skill {
  /// "1".
  public static var version: String { "1" }

  /// False.
  public static var obeysGrammars: Bool { false }

  /// Serves the skill until it is told to end: `@main` on the type calls it.
  public static func main() async {
    await SkillMain.run(Self.self, arguments: Array(CommandLine.arguments.dropFirst()))
  }
}
