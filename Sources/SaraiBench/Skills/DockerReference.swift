import FoundationEssentials
import Glibc
import SaraiCore
import SaraiSandbox

/// `docker run … true`: what a container costs that does nothing, and how large an image is.
struct DockerReference: Sendable {
  /// Of the engine.
  let version: String
  private let program: String
  private let socket: String
  private let environment: [String: String]
  private let folder: String

  /// Nil where there is no engine, or no `docker` to ask it with.
  init?(_ options: SkillsScenario.Options, folder: String) {
    guard let program = options.dockerProgram, let socket = options.dockerSocket else { return nil }
    self.program = program
    self.socket = socket
    self.folder = folder
    environment = options.environment.merging(["DOCKER_CONFIG": "\(folder)/docker"]) { $1 }
    guard
      let version = Self.output(
        program, ["-H", "unix://\(socket)", "version", "--format", "{{.Server.Version}}"], environment, folder)
    else { return nil }
    self.version = version
  }

  /// Milliseconds of one run, from the start of `docker` to its end; nil where it does not work here.
  ///
  /// The image is the empty one that containers of skills start from, with this machine's `true` and its libraries in
  /// it, so nothing has to be fetched.
  func timedRunOfTrue() throws -> Double? {
    var arguments = ["-H", "unix://\(socket)", "run", "--rm", "--network", "none"]
    for path in ["/usr", "/lib", "/lib64"] where access(path, F_OK) == 0 { arguments += ["-v", "\(path):\(path):ro"] }
    let start = Monotonic.seconds()
    let status = try ChildProcess(
      program, arguments + [DockerImages.base, "/usr/bin/true"], environment: environment,
      log: "\(folder)/docker-run.log"
    ).wait()
    return status == 0 ? 1000 * (Monotonic.seconds() - start) : nil
  }

  /// The size of a skill's image, as `make skill-image` made it; nil where there is none.
  func imageBytes(of skill: String) -> Int? {
    Self.output(
      program,
      [
        "-H", "unix://\(socket)", "image", "inspect", "--format", "{{.Size}}",
        DockerImages.ofSkill(skill),
      ],
      environment, folder
    ).flatMap { Int($0) }
  }

  private static func output(
    _ program: String, _ arguments: [String], _ environment: [String: String], _ folder: String
  ) -> String? {
    let log = "\(folder)/docker.log"
    guard let child = try? ChildProcess(program, arguments, environment: environment, log: log), child.wait() == 0
    else { return nil }
    return ProcFile.lines(log).last
  }
}
