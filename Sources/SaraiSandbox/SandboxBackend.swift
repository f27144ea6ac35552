package import SaraiCore

/// A way to run programs apart from everything else: bubblewrap, Docker, or none.
package protocol SandboxBackend: Sendable {
  /// What messages and the configuration call it.
  var name: String { get }

  /// Which layers hold on this machine. Found out once, by trying, and remembered.
  func check() async -> SandboxReport

  /// Starts a program and returns once it runs.
  ///
  /// Where it throws, nothing is left of the attempt: no process, mount, folder or control group.
  /// - Parameter output: Called with what the program prints, in order, from one thread. It must not block.
  /// - Throws: `invalidRequest` (profile), `notFound` (a file that the profile names), `notAvailable` (a layer that the
  ///   profile counts on is missing here), `insufficientResources`, `timeout`, `sandboxFailed`, `cancelled` (closed).
  func launch(
    _ launch: SandboxLaunch, output: @escaping @Sendable (SandboxOutput) -> Void
  ) async throws -> any SandboxedProcess

  /// Ends everything that it started, and then itself.
  func close() async
}

/// What to run and in which sandbox.
package struct SandboxLaunch: Sendable, Hashable {
  package var profile: SandboxProfile
  /// After the program's name, which comes by itself.
  package var arguments: [String]
  /// The whole environment: nothing is inherited.
  package var environment: [String: String]

  package init(_ profile: SandboxProfile, arguments: [String] = [], environment: [String: String] = [:]) {
    self.profile = profile
    self.arguments = arguments
    self.environment = environment
  }
}

/// Bytes that a program printed, in the pieces in which they came.
package enum SandboxOutput: Sendable, Hashable {
  case standardOutput([UInt8])
  case standardError([UInt8])
}

/// A program that runs in a sandbox. Losing the last reference does not end it; `terminate` and the backend do.
package protocol SandboxedProcess: Sendable {
  /// The program's process as the host sees it: what SO_PEERCRED tells of its end of a socket.
  var pid: Int32 { get }
  /// Where the host finds its socket, for a profile with `serves`. It appears once the program listens.
  var socket: String? { get }

  /// Waits until it has ended and nothing is left of it: no process, mount, folder or control group.
  func waitForExit() async -> SandboxExit

  /// Sends a signal to the program; does nothing once it has ended.
  func signal(_ signal: Int32)

  /// Ends it: end of file on its standard input and SIGTERM; after the grace, and without mercy, everything in the
  /// sandbox.
  @discardableResult
  func terminate(graceSeconds: Double) async -> SandboxExit
}

/// How a program in a sandbox ended, and what it used.
package struct SandboxExit: Sendable, Hashable {
  package enum Reason: Sendable, Hashable {
    case exited(code: Int32)
    case signal(Int32)
    /// The system ended it because it had no memory left to use.
    case memoryLimit
    case cpuLimit
    case outputLimit
    /// It made a system call of another architecture, which nothing but an attack does.
    case forbiddenSystemCall
    /// `terminate` or `close` ended it, by SIGTERM or harder.
    case terminated
    /// The sandbox is gone and nobody said why: someone killed it from outside.
    case vanished
  }

  package var reason: Reason
  /// Processor time of the program; nil where nobody could say.
  package var cpuMicroseconds: Int?
  /// The largest resident memory of the program; nil where nobody could say.
  package var peakMemoryBytes: Int?

  package init(_ reason: Reason, cpuMicroseconds: Int? = nil, peakMemoryBytes: Int? = nil) {
    self.reason = reason
    self.cpuMicroseconds = cpuMicroseconds
    self.peakMemoryBytes = peakMemoryBytes
  }

  /// What a user is told: a clause with the skill as its subject.
  package var words: Localized {
    switch reason {
    case .exited(let code): Localized(es: "terminó con el código \(code)", en: "it ended with code \(code)")
    case .signal(let signal): Localized(es: "lo terminó la señal \(signal)", en: "signal \(signal) ended it")
    case .memoryLimit:
      Localized(es: "agotó la memoria que su límite le deja", en: "it used up the memory that its limit leaves it")
    case .cpuLimit:
      Localized(
        es: "agotó el tiempo de procesador que su límite le deja",
        en: "it used up the processor time that its limit leaves it")
    case .outputLimit:
      Localized(es: "escribió más de lo que su límite le deja", en: "it printed more than its limit lets it")
    case .forbiddenSystemCall:
      Localized(es: "hizo una llamada al sistema prohibida", en: "it made a forbidden system call")
    case .terminated: Localized(es: "fue detenido", en: "it was stopped")
    case .vanished: Localized(es: "desapareció sin decir por qué", en: "it vanished without saying why")
    }
  }
}
