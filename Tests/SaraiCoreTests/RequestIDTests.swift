import SaraiCore
import Testing

@Suite struct RequestIDTests {
  @Test func `names are new each time, and valid`() {
    let (a, b) = (RequestID.new("req"), RequestID.new("req"))
    #expect(a != b && a.hasPrefix("req-") && a.utf8.count == 20)
    #expect(RequestID.isValid(a))
  }

  @Test(arguments: ["", "a b", "a\nb", "ñ", "{}", "a\"b", String(repeating: "a", count: 129)])
  func `a name that another process sends is not written in a log unless it is harmless`(name: String) {
    #expect(!RequestID.isValid(name))
  }

  @Test func `a part of a request belongs to it, and one with a longer name does not`() {
    #expect(RequestID.belongs("req-1", to: "req-1"))
    #expect(RequestID.belongs("req-1-0", to: "req-1") && RequestID.belongs("req-1~3~4", to: "req-1"))
    #expect(!RequestID.belongs("req-12", to: "req-1") && !RequestID.belongs("req", to: "req-1"))
  }

  @Test func `an error is logged without its sentence, and with its cause where the fault is ours`() {
    let asked = SaraiError(
      .notFound, es: "«secreto»", en: "\"secret\"", subject: "x", cause: SaraiError(.busy, es: "secret", en: "secret"))
    #expect(SaraiError.logged(asked) == "not_found")
    let ours = SaraiError(.engineFailed, Localized(es: "a", en: "b"), cause: "signal 9")
    #expect(SaraiError.logged(ours) == "engine_failed: signal 9")
    #expect(SaraiError.logged(CancellationError()) == "CancellationError")
  }
}
