import Foundation
import SaraiCore
import TestSupport

extension CommandLineHome {
  struct Failed: Error, CustomStringConvertible {
    let command: String
    let outcome: Outcome
    var description: String { "\(command): \(outcome.status) \(outcome.output)\(outcome.errors)" }
  }

  /// Runs `sarai memory … --json` and reads what it writes.
  ///
  /// - Throws: `Failed` where it does not end well.
  @discardableResult
  func memory(_ arguments: String..., language: String = "es_ES.UTF-8") async throws -> JSONValue {
    let outcome = try await run(["memory"] + arguments + ["--json"], language: language)
    guard outcome.status == 0 else { throw Failed(command: "\(arguments)", outcome: outcome) }
    return try JSONValue(parsing: outcome.output)
  }

  /// Tells a sentence that must become a fact or more.
  ///
  /// - Returns: The number of the first one.
  @discardableResult
  func tell(_ text: String, user: String = "local") async throws -> String {
    let learnt = try await memory("add", text, "--user", user)
    guard let id = learnt["facts"]?.arrayValue?.first?["id"]?.integerValue else {
      throw Failed(command: "add \(text)", outcome: Outcome(status: 0, output: learnt.description, errors: ""))
    }
    return String(id)
  }

  func answer(to question: String, user: String = "local") async throws -> String {
    try await memory("ask", question, "--user", user)["answer"]?.stringValue ?? ""
  }

  /// A file of this home's folder.
  func file(_ name: String) -> URL { folder.appending(path: name) }

  func mode(of name: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: file(name).path)[.posixPermissions] as? Int ?? 0
  }
}
