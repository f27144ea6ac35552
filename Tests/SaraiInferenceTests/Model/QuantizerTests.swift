import Foundation
import SaraiCore
import Synchronization
import Testing
import TestSupport

@testable import SaraiInference

struct QuantizerTests {
  @Test func `the quantiser's log tells its progress`() {
    #expect(Quantizer.share(of: "[  68/ 272] blk.0.attn_k.weight - [576, 192]") == 0.25)
    #expect(Quantizer.share(of: "[ 272/ 272] x") == 1)
    for line in ["", "[", "[1/0]", "[3/2]", "[a/b]", "[1/2/3] x", "x [1/2]"] {
      #expect(Quantizer.share(of: line) == nil, "\(line)")
    }
  }

  @Test func `a requantised model loads and answers`() async throws {
    try await withTemporaryFolder { folder in
      let output = folder.appending(path: "q4_0.gguf")
      let shares = Mutex<[Double]>([])
      try Quantizer.quantize(input: TestParts.smolLM2.path, output: output.path, type: "Q4_0") { share in
        shares.withLock { $0.append(share) }
      }
      shares.withLock { shares in
        #expect(shares == shares.sorted())
        #expect(shares.last == 1)
        #expect(Set(shares).count == shares.count)
      }
      #expect(try GGUFInspector.inspect(path: output.path).quantisation.contains("Q4_0"))
      let engine = try await RealModel.load(model: output)
      let outcome = try await engine.outcome(of: RealModel.request(.chat([Message(.user, "Say hello.")])))
      #expect(!outcome.text.isEmpty)

      let error = #expect(throws: SaraiError.self) {
        try Quantizer.quantize(input: TestParts.smolLM2.path, output: output.path, type: "Q4_0") { _ in }
      }
      #expect(error?.subject == output.path)
    }
  }

  @Test func `an unknown type or a file that is no model is refused`() async throws {
    try await withTemporaryFolder { folder in
      let output = folder.appending(path: "out.gguf").path
      let unknown = #expect(throws: SaraiError.self) {
        try Quantizer.quantize(input: TestParts.smolLM2.path, output: output, type: "Q99") { _ in }
      }
      #expect(unknown?.code == .invalidRequest)
      let bad = folder.appending(path: "bad.gguf")
      try Data("GGUF but not really".utf8).write(to: bad)
      let corrupt = #expect(throws: SaraiError.self) {
        try Quantizer.quantize(input: bad.path, output: output, type: "Q4_0") { _ in }
      }
      #expect(corrupt?.code == .corruptFile)
      #expect(!FileManager.default.fileExists(atPath: output))
    }
  }
}
