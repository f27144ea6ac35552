import Crypto
import Foundation
import Testing
import TestSupport

@testable import SaraiInference

struct SavedMemoryTests {
  private let identity = StateStore.identity(of: ["model", "template"])
  private let tokens: [Int32] = [1, 2, 300_000, -1]
  private let state = [UInt8]((0..<200).map { UInt8($0) })

  private func fault(_ path: String, contextTokens: Int = 100) -> SavedMemory.Fault? {
    do throws(SavedMemory.Fault) {
      _ = try SavedMemory(path: path, identity: identity, contextTokens: contextTokens)
      return nil
    } catch {
      return error
    }
  }

  @Test func `what was written is read back`() async throws {
    try await withTemporaryFolder { folder in
      let path = folder.appending(path: "a.bin").path
      let bytes = try SavedMemory.write(tokens: tokens, state: state, identity: identity, to: path)
      #expect(bytes == 88 + 16 + 200)
      let saved = try SavedMemory(path: path, identity: identity, contextTokens: 4)
      #expect(saved.tokens == tokens)
      #expect(saved.state { Array($0) } == state)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.bin"])
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
  }

  @Test func `a state of several blocks is read back, and blocks that changed places are noticed`() async throws {
    try await withTemporaryFolder { folder in
      let path = folder.appending(path: "a.bin").path
      let block = SavedMemory.blockBytes
      for count in [block, block + 1, 3 * block - 1] {
        let state = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
          for index in 0..<count { buffer[index] = UInt8(truncatingIfNeeded: index ^ index >> 20) }
          filled = count
        }
        _ = try SavedMemory.write(tokens: tokens, state: state, identity: identity, to: path)
        let saved = try SavedMemory(path: path, identity: identity, contextTokens: 4)
        #expect(saved.tokens == tokens)
        #expect(saved.state { $0.elementsEqual(state) })
      }
      let good = try Data(contentsOf: URL(filePath: path))
      let start = SavedMemory.headerBytes + 16
      var swapped = good
      swapped.replaceSubrange(start..<start + block, with: good[start + block..<start + 2 * block])
      swapped.replaceSubrange(start + block..<start + 2 * block, with: good[start..<start + block])
      try swapped.write(to: URL(filePath: path))
      #expect(fault(path) == .damaged)
    }
  }

  @Test func `a flipped bit anywhere is noticed`() async throws {
    try await withTemporaryFolder { folder in
      let path = folder.appending(path: "a.bin").path
      _ = try SavedMemory.write(tokens: tokens, state: state, identity: identity, to: path)
      let good = try Data(contentsOf: URL(filePath: path))
      for index in good.indices {
        var bad = good
        bad[index] ^= 1 << UInt8(index % 8)
        try bad.write(to: URL(filePath: path))
        #expect(fault(path) != nil, "byte \(index)")
      }
    }
  }

  @Test func `a torn, overlong, foreign or missing file is noticed`() async throws {
    try await withTemporaryFolder { folder in
      let path = folder.appending(path: "a.bin").path
      #expect(fault(path) == .missing)
      _ = try SavedMemory.write(tokens: tokens, state: state, identity: identity, to: path)
      let good = try Data(contentsOf: URL(filePath: path))
      for count in [0, 1, 87, 88, 100, good.count - 1] {
        try good.prefix(count).write(to: URL(filePath: path))
        #expect(fault(path) != nil, "\(count) bytes")
      }
      try (good + [0]).write(to: URL(filePath: path))
      #expect(fault(path) == .wrongLength)
      try good.write(to: URL(filePath: path))
      #expect(fault(path, contextTokens: 3) == .wrongLength)
      #expect(fault(path) == nil)
      let other = StateStore.identity(of: ["model", "other template"])
      _ = try SavedMemory.write(tokens: tokens, state: state, identity: other, to: path)
      #expect(fault(path) == .otherIdentity)
      // A header that promises what no machine has.
      var forged = good
      forged.replaceSubrange(16..<24, with: [UInt8](repeating: 0xFF, count: 8))
      try forged.write(to: URL(filePath: path))
      #expect(fault(path) == .wrongLength)
      try FileManager.default.createSymbolicLink(
        at: folder.appending(path: "link.bin"), withDestinationURL: URL(filePath: path))
      #expect(fault(folder.appending(path: "link.bin").path) != nil)
      #expect(fault(folder.path) == .wrongFormat)
    }
  }

  @Test func `identities tell apart what is joined differently`() {
    #expect(StateStore.identity(of: ["ab", "c"]) != StateStore.identity(of: ["a", "bc"]))
    #expect(StateStore.identity(of: ["a"]) != StateStore.identity(of: ["a", ""]))
  }
}
