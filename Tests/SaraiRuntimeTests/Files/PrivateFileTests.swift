import Foundation
import SaraiCore
import SaraiRuntime
import TestSupport
import Testing

@Suite struct PrivateFileTests {
  @Test func `A file is replaced as a whole, for its owner only, and leaves nothing beside it`() async throws {
    try await withTemporaryFolder { folder in
      let path = folder.appending(path: "x").path
      try PrivateFile.replace(path, with: Array("one".utf8))
      try PrivateFile.replace(path, with: Array("two".utf8))
      #expect(try PrivateFile.read(path, maxBytes: 10) == Array("two".utf8))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["x"])
      #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    }
  }

  @Test func `A file larger than allowed is refused, a missing one is nil`() async throws {
    try await withTemporaryFolder { folder in
      let path = folder.appending(path: "x").path
      #expect(try PrivateFile.read(path, maxBytes: 10) == nil)
      try PrivateFile.replace(path, with: Array(repeating: 0, count: 11))
      let error = #expect(throws: SaraiError.self) { try PrivateFile.read(path, maxBytes: 10) }
      #expect(error?.code == .tooLarge)
    }
  }

  @Test func `What is copied out never overwrites`() async throws {
    try await withTemporaryFolder { folder in
      let path = folder.appending(path: "x").path
      try PrivateFile.create(path, with: [1])
      #expect(throws: SaraiError.self) { try PrivateFile.create(path, with: [2]) }
      #expect(try PrivateFile.read(path, maxBytes: 10) == [1])
    }
  }

  @Test func `A notice is told once for each state folder`() async throws {
    try await withTemporaryFolder { folder in
      let folders = try Folders(environment: ["HOME": "/h", "SARAI_HOME": folder.path])
      try folders.create()
      #expect(Notices(folders: folders).isFirst("a"))
      #expect(!Notices(folders: folders).isFirst("a"))
      #expect(Notices(folders: folders).isFirst("b"))
    }
  }

  @Test func `One server has a state folder, and its record is gone with its lock`() async throws {
    try await withTemporaryFolder { folder in
      let folders = try Folders(environment: ["HOME": "/h", "SARAI_HOME": folder.path])
      try folders.create()
      var lock: StateLock? = try StateLock(folders: folders)
      let error = #expect(throws: SaraiError.self) { try StateLock(folders: folders) }
      #expect(error?.code == .busy)
      #expect(StateLock.isHeld(folders))
      withExtendedLifetime(lock) {}
      lock = nil
      #expect(!StateLock.isHeld(folders))
      try PrivateFile.replace(
        folders.state + "/server.json", with: Array(#"{"pid":1,"host":"h","port":1,"version":"0"}"#.utf8))
      #expect(try ServerRecord.current(folders) == nil)
    }
  }
}
