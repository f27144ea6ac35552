package import SaraiCore

extension SandboxProfile {
  /// Refuses a profile that no sandbox could keep, whatever is on the disk.
  ///
  /// - Throws: `invalidRequest`, with the faulty field as the subject.
  package func validate() throws(SaraiError) {
    try Self.checkName(name, field: "name")
    try limits.validate()
    try Self.checkPath(executable, field: "executable")
    for root in roots { try Self.checkPath(root, field: "roots") }
    if case .listed(let libraries) = libraries {
      for library in libraries { try Self.checkPath(library, field: "libraries") }
    }
    for grant in readOnly { try Self.check(grant, field: "readOnly") }
    for grant in readWrite { try Self.check(grant, field: "readWrite") }
    for socket in sockets {
      try Self.checkName(socket.name, field: "sockets")
      try Self.checkPath(socket.host, field: "sockets")
    }
    for folder in hidden { try Self.checkPath(folder, field: "hidden") }
    try checkDistinct()
    try checkWritable()
  }

  private static func check(_ grant: Grant, field: String) throws(SaraiError) {
    try checkPath(grant.host, field: field)
    try checkPath(grant.inside, field: field)
    // These are the sandbox's own; over them a grant would hide what keeps the program in.
    // Single files and folders within the tmpfs may be there: people keep what they grant in /tmp, too.
    let isReserved =
      ["/", SandboxPaths.temporaryFolder].contains(grant.inside)
      || ["/dev", "/proc", "/sys", "/run/sarai"].contains { grant.inside == $0 || grant.inside.hasPrefix($0 + "/") }
    if isReserved {
      throw SaraiError(
        .invalidRequest,
        es: "Un permiso no puede aparecer en «\(grant.inside)», que es del propio aislamiento: elige otra ruta "
          + "interior.",
        en: "A grant cannot appear at \"\(grant.inside)\", which belongs to the sandbox itself: choose another "
          + "path inside.",
        subject: field)
    }
  }

  private func checkDistinct() throws(SaraiError) {
    var seen: Set<String> = []
    for inside in (readOnly + readWrite).map(\.inside) + sockets.map({ SandboxPaths.grantedSocket($0.name) })
    where !seen.insert(inside).inserted {
      throw SaraiError(
        .invalidRequest, es: "Dos permisos aparecen en «\(inside)»: deja uno.",
        en: "Two grants appear at \"\(inside)\": keep one of them.", subject: "readOnly")
    }
  }

  /// A program that may write to a folder could replace what lies in it by a link: nothing else that the next launch
  /// mounts may come from there.
  private func checkWritable() throws(SaraiError) {
    var others = readOnly.map(\.host) + sockets.map(\.host) + roots + [executable]
    if case .listed(let libraries) = libraries { others += libraries }
    for (index, grant) in readWrite.enumerated() {
      let rest = others + readWrite.enumerated().filter { $0.offset != index }.map(\.element.host)
      for other in rest where other == grant.host || other.hasPrefix(grant.host == "/" ? "/" : grant.host + "/") {
        throw SaraiError(
          .invalidRequest,
          es: "«\(other)» está dentro de «\(grant.host)», en la que se puede escribir: saca una de la otra.",
          en: "\"\(other)\" lies inside \"\(grant.host)\", which may be written to: take one out of the other.",
          subject: "readWrite")
      }
    }
  }

  static func checkName(_ name: String, field: String) throws(SaraiError) {
    let isGood =
      (1...64).contains(name.utf8.count) && !name.hasPrefix(".")
      && name.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
      }
    guard isGood else {
      throw SaraiError(
        .invalidRequest,
        es: "Un nombre lleva de 1 a 64 letras minúsculas sin acento, cifras, «-», «_» o «.», y no empieza por punto.",
        en: "A name has 1 to 64 small letters without accents, digits, \"-\", \"_\" or \".\", and no dot at its start.",
        subject: field)
    }
  }

  /// Absolute, no longer than the system takes, and without anything that needs resolving.
  static func checkPath(_ path: String, field: String) throws(SaraiError) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    let isGood =
      path.hasPrefix("/") && path.utf8.count < 4096 && !path.utf8.contains(0)
      && (path == "/" || parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." })
    guard isGood else {
      throw SaraiError(
        .invalidRequest,
        es: "Una ruta debe ser absoluta y no llevar «.», «..» ni barras de más.",
        en: "A path has to be absolute, without \".\", \"..\" or superfluous slashes.", subject: field)
    }
  }
}

extension SandboxLimits {
  /// - Throws: `invalidRequest`, with the field as the subject.
  package func validate() throws(SaraiError) {
    try Self.check(memoryBytes, 4 << 20...1 << 50, "limits.memoryBytes")
    try Self.check(tasks, 1...65_536, "limits.tasks")
    try Self.check(openFiles, 8...1 << 20, "limits.openFiles")
    try Self.check(fileBytes, 0...1 << 50, "limits.fileBytes")
    try Self.check(temporaryBytes, 4096...memoryBytes, "limits.temporaryBytes")
    try Self.check(outputBytes, 4096...1 << 40, "limits.outputBytes")
    try Self.check(outputBytesPerSecond, 0...1 << 40, "limits.outputBytesPerSecond")
    if let cpuSeconds { try Self.check(cpuSeconds, 1...1 << 30, "limits.cpuSeconds") }
    if let cpuCores { try Self.check(cpuCores, 0.01...4096, "limits.cpuCores") }
    try Self.check(startSeconds, 0.01...3600, "limits.startSeconds")
    try Self.check(callSeconds, 0.001...86_400, "limits.callSeconds")
  }

  private static func check<Value: Comparable>(
    _ value: Value, _ range: ClosedRange<Value>, _ field: String
  ) throws(SaraiError) {
    guard range.contains(value) else {
      throw SaraiError(
        .invalidRequest, es: "«\(field)» debe estar entre \(range.lowerBound) y \(range.upperBound).",
        en: "\"\(field)\" has to be between \(range.lowerBound) and \(range.upperBound).", subject: field)
    }
  }
}
