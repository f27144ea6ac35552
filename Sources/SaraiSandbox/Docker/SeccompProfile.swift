import SaraiCore

/// The system call filter of a profile as Docker takes it, made from the very rules of bubblewrap's.
struct SeccompProfile: Sendable, Hashable {
  /// The profile's text (JSON).
  let text: String

  private static let refused = 1  // EPERM
  private static let absent = 38  // ENOSYS

  init(rules: [SystemCallRule]) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("defaultAction", "SCMP_ACT_ERRNO")
    writer.member("defaultErrnoRet", Self.refused)
    writer.key("architectures")
    // Calls of another architecture end the process, as nothing but an attack makes them.
    writer.value(.array([.string(Self.architecture)]))
    writer.key("syscalls")
    writer.beginArray()
    let plain = rules.filter(\.conditions.isEmpty).map(\.call)
    Self.write(Array(Set(plain)).sorted(), action: "SCMP_ACT_ALLOW", to: &writer)
    for rule in rules where !rule.conditions.isEmpty {
      Self.write([rule.call], action: "SCMP_ACT_ALLOW", conditions: rule.conditions, to: &writer)
    }
    Self.write(SystemCallLists.absent, action: "SCMP_ACT_ERRNO", error: Self.absent, to: &writer)
    writer.endArray()
    writer.endObject()
    text = String(decoding: writer.bytes, as: UTF8.self)
  }

  private static var architecture: String {
    #if arch(x86_64)
      "SCMP_ARCH_X86_64"
    #else
      "SCMP_ARCH_AARCH64"
    #endif
  }

  private static func write(
    _ names: [String], action: String, conditions: [SystemCallRule.Condition] = [], error: Int? = nil,
    to writer: inout JSONWriter
  ) {
    writer.beginObject()
    writer.key("names")
    writer.value(.array(names.map { .string($0) }))
    writer.member("action", action)
    if let error { writer.member("errnoRet", error) }
    writer.key("args")
    writer.beginArray()
    for condition in conditions {
      writer.beginObject()
      writer.member("index", condition.argument)
      writer.member("op", "SCMP_CMP_MASKED_EQ")
      writer.member("value", condition.mask)
      writer.member("valueTwo", condition.value)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
  }
}
