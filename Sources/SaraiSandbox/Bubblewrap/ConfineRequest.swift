import CSeccomp
import SaraiCore

/// What sarai-confine is asked to do, and the message that asks for it.
struct ConfineRequest: Sendable, Hashable {
  struct Rule: Sendable, Hashable {
    var rights: Rights
    var path: String
  }

  /// Landlock's rights, in the groups that grants need.
  struct Rights: OptionSet, Sendable, Hashable {
    let rawValue: UInt64

    static let execute = flags(SARAI_LANDLOCK_EXECUTE)
    static let read = flags(SARAI_LANDLOCK_READ_FILE, SARAI_LANDLOCK_READ_DIR)
    static let use = flags(SARAI_LANDLOCK_READ_FILE, SARAI_LANDLOCK_WRITE_FILE)
    static let serve = flags(SARAI_LANDLOCK_READ_DIR, SARAI_LANDLOCK_MAKE_SOCK, SARAI_LANDLOCK_REMOVE_FILE)
    /// Everything but execution, links and special files.
    static let write = flags(
      SARAI_LANDLOCK_READ_FILE, SARAI_LANDLOCK_READ_DIR, SARAI_LANDLOCK_WRITE_FILE, SARAI_LANDLOCK_TRUNCATE,
      SARAI_LANDLOCK_REMOVE_DIR, SARAI_LANDLOCK_REMOVE_FILE, SARAI_LANDLOCK_MAKE_DIR, SARAI_LANDLOCK_MAKE_REG,
      SARAI_LANDLOCK_MAKE_SOCK, SARAI_LANDLOCK_REFER)

    private static func flags(_ names: sarai_landlock_right...) -> Self {
      Self(rawValue: names.reduce(0) { $0 | UInt64($1.rawValue) })
    }
  }

  var flags: UInt32 = 0
  var executable = ""
  var folder = "/"
  /// The program's name first.
  var arguments: [String] = []
  var environment: [String: String] = [:]
  /// Mount points on which nothing may be executed.
  var noExecute: [String] = []
  var rules: [Rule] = []
  var filter: [UInt8] = []
  /// Processors to run on; 0 for all.
  var processors: UInt32 = 0
  var processorsPassed: UInt32 = 0
  var openFiles: UInt64 = .max
  var processes: UInt64 = .max
  var dataBytes: UInt64 = .max
  var fileBytes: UInt64 = .max
  var cpuSeconds: UInt64 = .max

  /// - Throws: `tooLarge` where arguments and environment are more than a start takes; `invalidRequest` where one of
  ///   them holds a zero byte, which would end it early.
  func message() throws(SaraiError) -> [UInt8] {
    let variables = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let strings = [executable, folder] + arguments + variables + noExecute + rules.map(\.path)
    guard !environment.keys.contains(where: { $0.isEmpty || $0.contains("=") }),
      !strings.contains(where: { $0.utf8.contains(0) })
    else {
      throw SaraiError(
        .invalidRequest, es: "Un argumento o una variable de entorno lleva un byte nulo, o un nombre que no es tal.",
        en: "An argument or environment variable holds a zero byte, or a name that is none.", subject: executable)
    }
    var text: [UInt8] = []
    for string in strings {
      text += string.utf8
      text.append(0)
    }
    var head = sarai_confine_request()
    head.magic = UInt32(SARAI_CONFINE_MAGIC)
    head.flags = flags
    head.filter_bytes = UInt32(filter.count)
    head.rule_count = UInt32(rules.count)
    head.argument_count = UInt32(arguments.count)
    head.environment_count = UInt32(variables.count)
    head.noexec_count = UInt32(noExecute.count)
    head.text_bytes = UInt32(text.count)
    head.processors = processors
    head.processors_passed = processorsPassed
    head.open_files = openFiles
    head.processes = processes
    head.data_bytes = dataBytes
    head.file_bytes = fileBytes
    head.cpu_seconds = cpuSeconds
    var message = withUnsafeBytes(of: head) { Array($0) }
    message += filter
    for rule in rules { message += withUnsafeBytes(of: rule.rights.rawValue) { Array($0) } }
    message += text
    let counts = [arguments.count, variables.count, rules.count, noExecute.count]
    guard message.count <= Int(SARAI_CONFINE_REQUEST_BYTES), counts.allSatisfy({ $0 <= Int(SARAI_CONFINE_STRINGS) })
    else {
      throw SaraiError(
        .tooLarge,
        es: "Demasiados argumentos, variables o permisos para arrancar «\(executable)»: deja menos de "
          + "128 KiB.",
        en: "Too many arguments, variables or grants to start \"\(executable)\": keep them under 128 KiB.",
        subject: executable)
    }
    return message
  }
}
