import Foundation
import GRPCCore
import Logging
import SaraiCore
import SwiftProtobuf
import Testing

@testable import SkillProtocol

/// The kit's parts that need no process.
@Suite struct KitTests {
  @Test("Fields of a later version survive a round trip")
  func unknownFields() throws {
    let unknown: [UInt8] = [0xC2, 0x3E, 0x03, 0x61, 0x62, 0x63]
    var bytes: [UInt8] = try Sarai_Skills_V1_InferRequest.text("hola", id: "r").serializedBytes()
    bytes += unknown
    var request = try Sarai_Skills_V1_InferRequest(serializedBytes: bytes)
    request.language = "en"
    let again: [UInt8] = try request.serializedBytes()
    #expect(Data(again).range(of: Data(unknown)) != nil)
    let read = try Sarai_Skills_V1_InferRequest(serializedBytes: again)
    #expect(read == request)
  }

  @Test(
    "A gRPC deadline is read in every unit",
    arguments: [
      ("1H", Duration.seconds(3_600)), ("2M", .seconds(120)), ("3S", .seconds(3)), ("4m", .milliseconds(4)),
      ("5u", .microseconds(5)), ("99999999n", .nanoseconds(99_999_999)), ("", nil), ("S", nil), ("-1S", nil),
      ("1", nil), ("1x", nil), ("100000000S", nil), ("1.5S", nil),
    ])
  func timeout(text: String, expected: Duration?) {
    #expect(SkillService.timeout(["grpc-timeout": .string(text)]) == expected)
    #expect(SkillService.timeout([:]) == nil)
  }

  @Test("Options come from the environment, and the paths from arguments before it")
  func options() throws {
    let environment = [
      "SARAI_SKILL_SOCKET": "/a", "SARAI_SKILL_CONFIGURATION": "/c", "SARAI_SKILL_ALLOWED_UIDS": "0,1000",
      "SARAI_SKILL_MAX_REQUEST_BYTES": "10", "SARAI_SKILL_MAX_REPLY_BYTES": "20", "SARAI_SKILL_MAX_RUNNING": "3",
      "SARAI_SKILL_MAX_WAITING": "0", "SARAI_SKILL_TIMEOUT_SECONDS": "1.5", "SARAI_SKILL_DRAIN_SECONDS": "0",
      "SARAI_SKILL_END_WITH_INPUT": "1", "SARAI_SKILL_LOG_LEVEL": "debug",
    ]
    let options = try SkillOptions(arguments: ["--socket", "/b"]) { environment[$0] }
    #expect(options.socket == "/b")
    #expect(options.configuration == "/c")
    #expect(options.allowedUsers == [0, 1_000])
    #expect(options.maximumRequestBytes == 10)
    #expect(options.maximumReplyBytes == 20)
    #expect(options.maximumRunning == 3)
    #expect(options.maximumWaiting == 0)
    #expect(options.timeoutSeconds == 1.5)
    #expect(options.drainSeconds == 0)
    #expect(options.endsWithInput)
    #expect(options.logLevel == .debug)
    #expect(try SkillOptions(arguments: []) { _ in nil } == SkillOptions())
    for wrong in [["SARAI_SKILL_ALLOWED_UIDS": "root"], ["SARAI_SKILL_TIMEOUT_SECONDS": "nan"]] {
      #expect(throws: SaraiError.self) { try SkillOptions(arguments: []) { wrong[$0] } }
    }
  }

  @Test("A request of JSON is read as a value, and of another kind is refused")
  func decoding() throws {
    let parts = SkillParts(maximumBytes: 100)
    func request(_ input: SkillContent) -> SkillRequest {
      SkillRequest(
        id: "1", input: input, language: "es", options: [:], grammar: nil, deadline: .now + .seconds(60),
        log: SkillLog(logger: .init(label: "test")), sink: { try parts.add($0) })
    }
    #expect(try request(.json("[1,2]")).decoded(as: [Int].self) == [1, 2])
    #expect(try request(.text("hola")).text == "hola")
    #expect(throws: SkillError.self) { try request(.json("{}")).text }
    #expect(throws: SkillError.self) { try request(.json("{}")).decoded(as: [Int].self) }
    #expect(throws: SkillError.self) { try request(.text("[1]")).decoded(as: [Int].self) }
    #expect(try SkillReply.json(encoding: ["b": 1, "a": 2]).output == .json(#"{"a":2,"b":1}"#))
  }

  @Test("The parts of an answer are joined and bounded")
  func parts() throws {
    let parts = SkillParts(maximumBytes: 10)
    try parts.add("uno")
    try parts.add("dos")
    let whole = try parts.finish(.text("tres"))
    #expect(whole.output == .text("unodostres"))
    #expect(whole.bytes == 10)
    #expect(throws: SkillError.self) { try parts.add("cuatro") }
    #expect(throws: SkillError.self) { try parts.finish(.text("tres!")) }
    #expect(throws: SkillError.self) { try parts.finish(.json("1")) }
    #expect(try parts.finish(nil).output == .text("unodos"))
    parts.close()
    #expect(throws: SkillError.self) { try parts.add("x") }
    #expect(try SkillParts(maximumBytes: 10).finish(nil).output == nil)
  }

  @Test("A name that could be a path is refused")
  func names() {
    for good in ["calc", "my-skill", "a1-2"] { #expect(SkillMain.isName(good), "\(good)") }
    for bad in ["", "-a", "a-", "a--b", "A", "ñ", "a b", "../x", "a/b", String(repeating: "x", count: 65)] {
      #expect(!SkillMain.isName(bad), "\(bad)")
    }
  }
}
