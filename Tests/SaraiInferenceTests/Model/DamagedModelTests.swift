import Foundation
import SaraiCore
import Testing
import TestSupport

@testable import SaraiInference

struct DamagedModelTests {
  /// The default model with not-a-number in a part of its weights.
  private func poisoned(in folder: URL) throws -> URL {
    let file = folder.appending(path: "nan.gguf")
    try FileManager.default.copyItem(at: TestParts.smolLM2, to: file)
    let handle = try FileHandle(forWritingTo: file)
    try handle.seek(toOffset: 60_000_000)
    try handle.write(contentsOf: Data(repeating: 0xFF, count: 4_000_000))
    try handle.close()
    return file
  }

  @Test func `weights that are no numbers are refused at load`() async throws {
    try await withTemporaryFolder { folder in
      let file = try poisoned(in: folder)
      let error = await #expect(throws: SaraiError.self) {
        try await TextEngine.load(
          EngineOptions(
            modelPath: file.path, modelName: "nan", modelSHA256: nil, isTrusted: false, contextTokens: 256,
            cacheFolder: nil, threads: 2, maximumQueue: 1, log: { _, _ in }, onHang: { _ in }))
      }
      #expect(error?.code == .corruptFile)
      #expect(error?.message.en.contains(file.path) == true)
    }
  }

  @Test func `where nobody looked, the answer is an error that names the file`() async throws {
    try await withTemporaryFolder { folder in
      let file = try poisoned(in: folder)
      let engine = try await RealModel.load(model: file)
      let error = await #expect(throws: SaraiError.self) {
        try await engine.outcome(of: RealModel.request(.text("hello")))
      }
      #expect(error?.code == .corruptFile)
      #expect(error?.subject == file.path)
    }
  }
}
