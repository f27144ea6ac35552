import Logging
import Testing

@testable import SaraiModels

@Suite struct LogRelayTests {
  @Test func `lines of JSON keep their level, their message and what they name, however they are cut`() {
    let log = LogCollector()
    let relay = LogRelay(role: "engine", fields: ["model": "m"], logger: log.logger)
    let line =
      #"{"unix_seconds":1.5,"level":"error","role":"serve","model":"other","request":"req-1","message":"no \"room\""}"#
    for byte in Array((line + "\n").utf8) { relay.receive([byte]) }
    #expect(log.lines.count == 1)
    let told = log.lines.first ?? ""
    #expect(told.contains("error") && told.contains(#"no "room""#) && told.contains("req-1"), "\(told)")
    // What it is and which model it has is for its parent to say.
    #expect(told.contains("engine") && !told.contains("serve") && !told.contains("other"), "\(told)")
    #expect(LogRelay.message(of: Array(line.utf8)) == #"no "room""#)
  }

  @Test func `what is no line of JSON is text, and a line without an end is let go`() {
    let log = LogCollector()
    let relay = LogRelay(role: "engine", logger: log.logger)
    relay.receive(Array("Fatal error: index\n{\"level\":\"loud\",\"message\":\"x\"}\n\n".utf8))
    #expect(log.lines.count == 2 && log.lines[0].contains("Fatal error: index"))
    relay.receive([UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20))
    relay.receive(Array("\nlast words\n".utf8))
    #expect(log.lines.count == 3 && log.lines[2].contains("last words"), "\(log.lines.count)")
  }
}
