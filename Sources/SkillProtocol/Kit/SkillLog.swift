import Logging

/// The log of one request: lines of JSON on standard error that name the skill and the request.
public struct SkillLog: Sendable {
  let logger: Logger

  /// What helps to find a fault; left out unless the level is set to it.
  public func debug(_ message: @autoclosure () -> String, _ fields: [String: String] = [:]) {
    logger.debug("\(message())", metadata: Self.metadata(fields))
  }

  /// What is as it should be.
  public func info(_ message: @autoclosure () -> String, _ fields: [String: String] = [:]) {
    logger.info("\(message())", metadata: Self.metadata(fields))
  }

  /// What should not be, and was dealt with.
  public func warning(_ message: @autoclosure () -> String, _ fields: [String: String] = [:]) {
    logger.warning("\(message())", metadata: Self.metadata(fields))
  }

  /// What failed.
  public func error(_ message: @autoclosure () -> String, _ fields: [String: String] = [:]) {
    logger.error("\(message())", metadata: Self.metadata(fields))
  }

  private static func metadata(_ fields: [String: String]) -> Logger.Metadata? {
    fields.isEmpty ? nil : fields.mapValues { .string($0) }
  }
}
