import CSeccomp
import Glibc
import SaraiCore

/// A seccomp filter as the kernel takes it: `struct sock_filter` after `struct sock_filter`.
struct SystemCallFilter: Sendable, Hashable {
  let instructions: [UInt8]

  /// The kernel takes 4,096 instructions of 8 bytes.
  private static let mostBytes = 4096 * 8

  /// - Throws: `internalFault` where libseccomp does not take a rule.
  init(rules: [SystemCallRule]) throws(SaraiError) {
    guard let filter = sarai_filter_open(EPERM) else { throw Self.refused("seccomp_init", code: -ENOMEM) }
    defer { sarai_filter_close(filter) }
    for call in SystemCallLists.absent { try Self.check(sarai_filter_refuse(filter, call, ENOSYS), call) }
    for rule in rules {
      let conditions = rule.conditions.map {
        sarai_filter_condition(argument: $0.argument, mask: $0.mask, value: $0.value)
      }
      try Self.check(sarai_filter_allow(filter, rule.call, conditions, UInt32(conditions.count)), rule.call)
    }
    var bytes = [UInt8](repeating: 0, count: Self.mostBytes)
    let count = sarai_filter_export(filter, &bytes, bytes.count)
    guard count > 0 else { throw Self.refused("seccomp_export_bpf", code: Int32(count)) }
    instructions = Array(bytes.prefix(count))
  }

  private static func check(_ result: Int32, _ call: String) throws(SaraiError) {
    if result < 0 { throw refused(call, code: result) }
  }

  private static func refused(_ call: String, code: Int32) -> SaraiError {
    SaraiError(
      .internalFault,
      Localized(
        es: "No se pudo preparar el filtro de llamadas al sistema: avisa con este mensaje en la página del proyecto.",
        en: "The system call filter could not be made: report this message on the project's page."),
      subject: call, cause: systemMessage(-code))
  }
}

/// The system's words for an errno.
func systemMessage(_ error: Int32) -> String { String(cString: strerror(error)) }
