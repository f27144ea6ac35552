import FoundationEssentials
import GRPCCore
import Glibc
import MemoryProtocol
import SaraiCore
import SaraiMemory
import SaraiStore
import Synchronization

// What is done to the memory as a whole.
extension MemoryService {
  private static let linesAtOnce = 200
  /// Of lines in one message, unless the first one alone has more.
  private static let lineBytesAtOnce = 1 << 20
  private static let bytesAtOnce = 256 << 10
  /// The longest file that a restoration or an import takes in.
  private static let mostBytes = 64 << 30

  func exportLines(
    request: Sarai_Memory_V1_ExportRequest, response: RPCWriter<Sarai_Memory_V1_Lines>, context: ServerContext
  ) async throws {
    try await answering {
      let owner = try Owner(request.owner)
      // Written aside first: a slow reader would keep the database's log from being emptied.
      let path = host.temporaryFile()
      defer { unlink(path) }
      try await host.reading { try host.export(owner, includesPrivate: request.includesPrivate, to: path) }
      let reader = try LineFile(path)
      while case let lines = try reader.next(Self.linesAtOnce, bytes: Self.lineBytesAtOnce), !lines.isEmpty {
        var part = Sarai_Memory_V1_Lines()
        part.lines = lines
        try await response.write(part)
      }
    }
  }

  func importLines(
    request: RPCAsyncSequence<Sarai_Memory_V1_ImportRequest, any Error>, context: ServerContext
  ) async throws -> Sarai_Memory_V1_ImportReply {
    try await answering {
      var owner: Owner?
      let path = host.temporaryFile()
      defer { unlink(path) }
      let file = try WritingFile(path)
      for try await message in request {
        if owner == nil { owner = try Owner(message.owner) }
        for line in message.lines { try file.write(Array(line.utf8) + [UInt8(ascii: "\n")]) }
        guard file.count <= Self.mostBytes else { throw Self.tooLarge }
      }
      try file.close()
      guard let owner else { return Sarai_Memory_V1_ImportReply() }
      let memory = host.memory(of: owner)
      let report = try await memory.lessons.run {
        defer { memory.dropIndex() }
        return try await host.writing { try host.store.importLines(try LineFile(path), owner: owner) }
      }
      host.embedLater(memory)
      var reply = Sarai_Memory_V1_ImportReply()
      reply.factsAdded = UInt32(clamping: report.factsAdded)
      reply.alreadyKnown = UInt32(clamping: report.alreadyKnown)
      reply.turnsAdded = UInt32(clamping: report.turnsAdded)
      return reply
    }
  }

  func listBackups(
    request: Sarai_Memory_V1_ListBackupsRequest, context: ServerContext
  ) async throws -> Sarai_Memory_V1_ListBackupsReply {
    try await answering {
      var reply = Sarai_Memory_V1_ListBackupsReply()
      reply.backups = try await host.reading { host.store.backups() }.map { Sarai_Memory_V1_BackupFile($0) }
      return reply
    }
  }

  func backup(
    request: Sarai_Memory_V1_BackupRequest, response: RPCWriter<Sarai_Memory_V1_BackupReply>, context: ServerContext
  ) async throws {
    try await answering {
      let made = try await host.writing { try host.store.backup() }
      var reply = Sarai_Memory_V1_BackupReply()
      reply.file = Sarai_Memory_V1_BackupFile(made)
      try await response.write(reply)
      guard request.sendsContent else { return }
      let file = try ReadingFile(made.path)
      while case let bytes = try file.next(Self.bytesAtOnce), !bytes.isEmpty {
        reply.content = Data(bytes)
        try await response.write(reply)
      }
    }
  }

  func restore(
    request: RPCAsyncSequence<Sarai_Memory_V1_RestoreRequest, any Error>, context: ServerContext
  ) async throws -> Sarai_Memory_V1_RestoreReply {
    try await answering {
      let path = host.temporaryFile()
      defer { unlink(path) }
      let file = try WritingFile(path)
      var source = path
      for try await message in request {
        switch message.part {
        case .name(let name): source = try await kept(name)
        case .content(let bytes):
          guard file.count + bytes.count <= Self.mostBytes else { throw Self.tooLarge }
          try file.write(Array(bytes))
        case nil: break
        }
      }
      try file.close()
      try await host.writing { [source] in try host.store.restore(source) }
      host.forgetIndexes()
      var reply = Sarai_Memory_V1_RestoreReply()
      reply.statistics = Sarai_Memory_V1_Statistics(try await host.reading { try host.store.statistics() })
      return reply
    }
  }

  private func kept(_ name: String) async throws -> String {
    let all = try await host.reading { host.store.backups() }
    guard let found = all.first(where: { $0.name == name }) else {
      throw SaraiError(
        .notFound, es: "No hay ninguna copia «\(name.prefix(200))»; «sarai memory backup --list» las enumera.",
        en: "There is no backup \"\(name.prefix(200))\"; \"sarai memory backup --list\" has them all.", subject: "name")
    }
    return found.path
  }

  func vacuum(
    request: Sarai_Memory_V1_VacuumRequest, context: ServerContext
  ) async throws -> Sarai_Memory_V1_VacuumReply {
    try await answering {
      let report = try await host.writing { try host.store.vacuum() }
      host.counters.withLock { $0.count(report) }
      var reply = Sarai_Memory_V1_VacuumReply()
      reply.bytesBefore = Int64(report.bytesBefore)
      reply.bytesAfter = Int64(report.bytesAfter)
      reply.duplicatesRemoved = UInt32(clamping: report.duplicatesRemoved)
      reply.termsRemoved = UInt32(clamping: report.termsRemoved)
      return reply
    }
  }

  func rotate(
    request: Sarai_Memory_V1_RotateRequest, context: ServerContext
  ) async throws -> Sarai_Memory_V1_RotateReply {
    try await answering {
      let report = try await host.writing { try host.store.rotate(days: Int(clamping: request.days)) }
      host.forgetIndexes()
      var reply = Sarai_Memory_V1_RotateReply()
      reply.factsRemoved = UInt32(clamping: report.factsRemoved)
      reply.turnsRemoved = UInt32(clamping: report.turnsRemoved)
      return reply
    }
  }

  func measure(
    request: Sarai_Memory_V1_MeasureRequest, context: ServerContext
  ) async throws -> Sarai_Memory_V1_Statistics {
    try await answering { Sarai_Memory_V1_Statistics(try await host.reading { try host.store.statistics() }) }
  }

  private static var tooLarge: SaraiError {
    SaraiError(
      .tooLarge, es: "La copia es demasiado grande para ser de una memoria.",
      en: "The backup is too large to be one of a memory.")
  }
}

extension Sarai_Memory_V1_BackupFile {
  fileprivate init(_ backup: StoreBackup) {
    self.init()
    name = backup.name
    takenAt = backup.takenAtMilliseconds
    reason = backup.reason
    bytes = Int64(backup.bytes)
  }
}

extension StoreBackup {
  /// The last part of its path.
  fileprivate var name: String { String(path.split(separator: "/").last ?? "") }
}
