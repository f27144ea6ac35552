import Synchronization
import Testing

@testable import SaraiInference

struct TextEmitterTests {
  private final class Sent {
    var messages: [String] = []
  }

  @Test func `the first text goes at once, later ones every 20 milliseconds, the rest at the end`() {
    let sent = Sent()
    var emitter = TextEmitter(stops: []) { sent.messages.append($0) }
    let start = ContinuousClock.now
    for (index, text) in ["a", "b", "c", "d", "e"].enumerated() {
      _ = emitter.push(Array(text.utf8), now: start + .milliseconds(index * 12))
    }
    emitter.finish(now: start + .milliseconds(60))
    #expect(sent.messages == ["a", "bc", "de"])
  }

  @Test func `characters that span tokens arrive whole`() {
    let sent = Sent()
    var emitter = TextEmitter(stops: []) { sent.messages.append($0) }
    let start = ContinuousClock.now
    for (index, byte) in Array("ñ😀".utf8).enumerated() {
      _ = emitter.push([byte], now: start + .seconds(index))
    }
    emitter.finish(now: start)
    #expect(sent.messages == ["ñ", "😀"])
  }

  @Test func `a stop string ends the text before itself, also across tokens and inside the last flush`() {
    let sent = Sent()
    var emitter = TextEmitter(stops: ["END"]) { sent.messages.append($0) }
    let now = ContinuousClock.now
    _ = emitter.push(Array("one E".utf8), now: now)
    _ = emitter.push(Array("N".utf8), now: now)
    let stopped = emitter.push(Array("D two".utf8), now: now)
    #expect(stopped)
    emitter.finish(now: now)
    #expect(sent.messages.joined() == "one ")
  }

  @Test func `what only looked like a stop string is sent at the end`() {
    let sent = Sent()
    var emitter = TextEmitter(stops: ["END"]) { sent.messages.append($0) }
    let now = ContinuousClock.now
    _ = emitter.push(Array("one EN".utf8), now: now)
    emitter.finish(now: now)
    #expect(sent.messages.joined() == "one EN")
  }
}
