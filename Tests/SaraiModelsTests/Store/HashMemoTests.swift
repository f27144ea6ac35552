import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiModels

@Suite struct HashMemoTests {
  @Test func `a file is hashed once for each of its states`() async throws {
    try await withTemporaryFolder { folder in
      let file = folder.appending(path: "a.gguf").path
      let bytes = sampleBytes(3_000_000)
      try write(bytes, to: file)
      let memo = HashMemo(stateFolder: folder.appending(path: "state/deep").path)

      let told = Recorder<Int64>()
      let found = try await memo.sha256(of: file) { done, total in
        #expect(total == 3_000_000)
        told.add(done)
      }
      #expect(found == sha256(bytes))
      #expect(told.all.last == 3_000_000)
      #expect(told.all == told.all.sorted())

      // A fresh memo on the same folder remembers: nothing is read.
      let again = Recorder<Int64>()
      let other = HashMemo(stateFolder: folder.appending(path: "state/deep").path)
      #expect(try await other.sha256(of: file) { done, _ in again.add(done) } == sha256(bytes))
      #expect(again.all.isEmpty)

      // Same size, other contents: the time stamp or the inode tells.
      var changed = bytes
      changed[5] ^= 1
      try Data(changed).write(to: URL(filePath: file), options: .atomic)
      #expect(try await memo.sha256(of: file) == sha256(changed))
    }
  }

  @Test func `a torn or hostile memo only costs computing again`() async throws {
    try await withTemporaryFolder { folder in
      let file = folder.appending(path: "a.gguf").path
      try write(Array("abc".utf8), to: file)
      let memo = HashMemo(stateFolder: folder.path)
      let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
      for junk in ["", "{", "[]", "{\"a\":1}", String(repeating: "x", count: 5 << 20)] {
        try Data(junk.utf8).write(to: folder.appending(path: "model-hashes.json"))
        #expect(try await memo.sha256(of: file) == expected)
      }
    }
  }

  @Test func `a state folder that cannot be written does not keep a model from being checked`() async throws {
    try await withTemporaryFolder { folder in
      let file = folder.appending(path: "a.gguf").path
      try write(Array("abc".utf8), to: file)
      // A file where the folder should be.
      #expect(try await HashMemo(stateFolder: file + "/state").sha256(of: file).hasPrefix("ba7816bf"))
    }
  }

  @Test func `many at once agree, and lose nothing`() async throws {
    try await withTemporaryFolder { folder in
      let memo = HashMemo(stateFolder: folder.path)
      let files = (0..<8).map { folder.appending(path: "\($0).gguf").path }
      for (index, file) in files.enumerated() {
        try write(sampleBytes(100_000, seed: UInt64(index)), to: file)
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for file in files + files { group.addTask { _ = try await memo.sha256(of: file) } }
        try await group.waitForAll()
      }
      for (index, file) in files.enumerated() {
        let again = try await memo.sha256(of: file) { _, _ in Issue.record("\(file) was forgotten") }
        #expect(again == sha256(sampleBytes(100_000, seed: UInt64(index))))
      }
    }
  }

  @Test func `hashing stops soon after it is cancelled`() async throws {
    try await withTemporaryFolder { folder in
      let file = folder.appending(path: "a.gguf").path
      // Sparse: 64 GB that nobody could hash within the test.
      try write([], to: file)
      let handle = try FileHandle(forWritingTo: URL(filePath: file))
      try handle.truncate(atOffset: 64 << 30)
      try handle.close()
      let (begun, begin) = AsyncStream.makeStream(of: Void.self)
      let task = Task {
        try await HashMemo(stateFolder: folder.path).sha256(of: file) { _, _ in begin.yield() }
      }
      for await _ in begun { break }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
    }
  }

  @Test func `a missing file and a folder are told apart from a bad one`() async throws {
    try await withTemporaryFolder { folder in
      let memo = HashMemo(stateFolder: folder.path)
      await #expect(throws: SaraiError.self) { try await memo.sha256(of: folder.appending(path: "none").path) }
      await #expect(throws: SaraiError.self) { try await memo.sha256(of: folder.path) }
    }
  }
}
