import FoundationEssentials
import GRPCCore
import Glibc
import SkillProtocol
import SwiftProtobuf

/// The contract without its promises. It has no health service either.
struct HostileService: Sarai_Skills_V1_Skill.SimpleServiceProtocol {
  func describe(
    request: Sarai_Skills_V1_DescribeRequest, context: ServerContext
  ) async throws -> Sarai_Skills_V1_DescribeReply { .with { $0.name = "hostile" } }

  func infer(
    request: Sarai_Skills_V1_InferRequest, context: ServerContext
  ) async throws -> Sarai_Skills_V1_InferReply {
    await answers(request).first ?? .init()
  }

  func inferStream(
    request: Sarai_Skills_V1_InferRequest, response: RPCWriter<Sarai_Skills_V1_InferEvent>, context: ServerContext
  ) async throws {
    let text = String(decoding: request.input.text, as: UTF8.self)
    switch text {
    case "endless": while true { try await response.write(.with { $0.part = Data(repeating: 120, count: 4_096) }) }
    case "no-reply": try await response.write(.with { $0.part = Data("half".utf8) })
    case "crash-late":
      try await response.write(.with { $0.part = Data("half".utf8) })
      kill(getpid(), SIGKILL)
    default: for reply in await answers(request) { try await response.write(.with { $0.reply = reply }) }
    }
  }

  func session(
    request: RPCAsyncSequence<Sarai_Skills_V1_SessionRequest, any Error>,
    response: RPCWriter<Sarai_Skills_V1_InferReply>, context: ServerContext
  ) async throws {
    for try await message in request {
      guard case .infer(let request) = message.kind else { continue }
      for reply in await answers(request) { try await response.write(reply) }
    }
  }

  func reload(
    request: Sarai_Skills_V1_ReloadRequest, context: ServerContext
  ) async throws -> Sarai_Skills_V1_ReloadReply { .init() }

  /// None, one, or too many.
  private func answers(_ request: Sarai_Skills_V1_InferRequest) async -> [Sarai_Skills_V1_InferReply] {
    let words = String(decoding: request.input.text, as: UTF8.self).split(separator: " ", maxSplits: 1).map(String.init)
    let argument = words.count > 1 ? words[1] : ""
    var reply = Sarai_Skills_V1_InferReply()
    reply.requestID = request.requestID
    reply.output.text = Data(argument.utf8)
    switch words.first ?? "" {
    case "never": return []
    case "stranger":
      // Answers to what nobody asked, and none to this.
      return (0..<100).map { number in .with { $0.requestID = "stranger-\(number)" } }
    case "twice": return [reply, reply]
    case "not-utf8":
      reply.output.text = Data([0xFF, 0xFE])
    case "not-json":
      reply.output.json = Data("{".utf8)
    case "huge":
      reply.output.text = Data(repeating: 120, count: Int(argument) ?? 0)
    case "wild-error":
      reply.error.code = "no_such_code"
      reply.error.messageEs = String(repeating: "ñ", count: 100_000 / 2)
    case "unknown": reply.unknownFields = request.unknownFields
    case "call": reply.output.text = Data((await Neighbours.call(argument)).utf8)
    case "connect": reply.output.text = Data(Neighbours.connect(argument).utf8)
    default: reply.output.text = Data(Deeds.perform(words.first ?? "", argument).utf8)
    }
    return [reply]
  }
}

/// What a program does to its surroundings.
enum Deeds {
  static func perform(_ name: String, _ argument: String) -> String {
    switch name {
    case "exit": exit(7)
    case "crash": UnsafeMutablePointer<Int>(bitPattern: 8)?.pointee = 1
    case "spin":
      var number: UInt64 = 1
      while number != 0 { number = number &* 3 | 1 }
    case "memory": eatMemory()
    case "print": while true { say(String(repeating: "y", count: 4_000)) }
    case "fork": return forkWithoutEnd()
    case "disk": return fillDisk()
    default: break
    }
    return argument
  }

  private static func eatMemory() {
    while true {
      let page = UnsafeMutableRawPointer.allocate(byteCount: 1 << 20, alignment: 4_096)
      memset(page, 1, 1 << 20)
    }
  }

  /// Every child stays; how many there were to be had.
  private static func forkWithoutEnd() -> String {
    var children = 0
    while children < 100_000 {
      var child: pid_t = 0
      var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("hostile"), strdup("silent"), nil]
      guard posix_spawn(&child, "/proc/self/exe", nil, nil, &arguments, nil) == 0 else { break }
      children += 1
    }
    return "\(children)"
  }

  /// How many MiB there was room for.
  private static func fillDisk() -> String {
    let block = [UInt8](repeating: 1, count: 1 << 20)
    let file = open("/tmp/full", O_WRONLY | O_CREAT, 0o600)
    var count = 0
    while count < 100_000, write(file, block, block.count) == block.count { count += 1 }
    return "\(count)"
  }
}
