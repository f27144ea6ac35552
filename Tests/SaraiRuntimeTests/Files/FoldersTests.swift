import Foundation
import SaraiCore
import SaraiRuntime
import TestSupport
import Testing

@Suite struct FoldersTests {
  @Test func `SARAI_HOME holds everything`() throws {
    let folders = try Folders(environment: ["HOME": "/home/x", "SARAI_HOME": "/s/", "XDG_STATE_HOME": "/elsewhere"])
    #expect(folders.models == "/s/models")
    #expect(folders.state == "/s/state")
    #expect(folders.configuration == "/s/config")
    #expect(folders.run == "/s/run")
    #expect(folders.skills == "/s/skills")
    #expect(folders.python == "/s/python")
  }

  @Test func `SARAI_STATE_DIR and SARAI_MODELS_DIR override one folder each`() throws {
    let folders = try Folders(
      environment: ["HOME": "/home/x", "SARAI_HOME": "/s", "SARAI_STATE_DIR": "/t", "SARAI_MODELS_DIR": "/m"])
    #expect(folders.models == "/m")
    #expect(folders.state == "/t")
    #expect(folders.configuration == "/s/config")
    // Nobody is answered by the supervisor of another state.
    let other = try Folders(environment: ["HOME": "/home/x", "SARAI_HOME": "/s", "SARAI_STATE_DIR": "/u"])
    let usual = try Folders(environment: ["HOME": "/home/x", "SARAI_HOME": "/s", "SARAI_STATE_DIR": "/s/state"])
    #expect(Set([folders.run, other.run, usual.run]).count == 3)
    #expect(usual.run == "/s/run")
  }

  @Test func `Without them the XDG folders hold, and their defaults below home`() throws {
    let named = try Folders(
      environment: ["HOME": "/home/x", "XDG_DATA_HOME": "/d", "XDG_STATE_HOME": "/t", "XDG_CONFIG_HOME": "/c"])
    #expect(named.models == "/d/sarai/models")
    #expect(named.skills == "/d/sarai/skills")
    #expect(named.state == "/t/sarai")
    #expect(named.configuration == "/c/sarai")
    let plain = try Folders(environment: ["HOME": "/home/x"])
    #expect(plain.models == "/home/x/.local/share/sarai/models")
    #expect(plain.state == "/home/x/.local/state/sarai")
    #expect(plain.configuration == "/home/x/.config/sarai")
    #expect(plain.run == "/home/x/.local/state/sarai/run")
  }

  @Test func `An empty variable is unset, a relative XDG folder is ignored, a relative SARAI folder refused`() throws {
    let folders = try Folders(environment: ["HOME": "/h", "SARAI_HOME": "", "XDG_STATE_HOME": "relative"])
    #expect(folders.state == "/h/.local/state/sarai")
    for name in ["SARAI_HOME", "SARAI_STATE_DIR", "SARAI_MODELS_DIR"] {
      let error = #expect(throws: SaraiError.self) { try Folders(environment: ["HOME": "/h", name: "here"]) }
      #expect(error?.subject == name)
    }
  }

  @Test func `A long folder's sockets go to a short one of the user's`() throws {
    let long = "/" + String(repeating: "x", count: 120)
    let folders = try Folders(environment: ["HOME": "/h", "SARAI_HOME": long], userID: 1234)
    #expect(folders.run.hasPrefix("/tmp/sarai-1234-"))
    #expect(folders.run.utf8.count + 40 <= 107)
    let other = try Folders(environment: ["HOME": "/h", "SARAI_HOME": long + "y"], userID: 1234)
    #expect(other.run != folders.run)
  }

  @Test func `Folders are made for their owner only, and ones that are there keep their mode`() async throws {
    try await withTemporaryFolder { folder in
      let home = folder.appending(path: "a/b").path
      let folders = try Folders(environment: ["HOME": "/h", "SARAI_HOME": home])
      try folders.create()
      for made in [folders.models, folders.state, folders.run, folders.conversations, home] {
        #expect(try mode(made) == 0o700)
      }
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folders.models)
      try folders.create()
      #expect(try mode(folders.models) == 0o755)
    }
  }

  @Test func `A file where a folder has to be is an error that names it`() async throws {
    try await withTemporaryFolder { folder in
      let file = folder.appending(path: "file").path
      try "x".write(toFile: file, atomically: true, encoding: .utf8)
      let folders = try Folders(environment: ["HOME": "/h", "SARAI_HOME": file])
      let error = #expect(throws: SaraiError.self) { try folders.create() }
      #expect(error?.message.en.contains(file) == true)
      #expect(error?.code == .forbidden)
    }
  }

  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }
}

@Suite struct InstallationTests {
  @Test func `The catalogue is found beside the executable's folder, and in a checkout above it`() async throws {
    try await withTemporaryFolder { folder in
      let checkout = folder.appending(path: "checkout")
      try make(checkout.appending(path: "config/models.yaml"))
      let built = checkout.appending(path: ".build/debug/sarai").path
      #expect(
        try Installation(environment: [:], executable: built).catalogue
          == checkout.appending(path: "config/models.yaml").path)

      let found = try Installation(environment: [:], executable: built)
      #expect(found.skills == checkout.appending(path: "skills").path)
      #expect(found.checkout == checkout.path)
      #expect(found.pythonEnvironments.last == checkout.appending(path: ".deps/python").path)

      let prefix = folder.appending(path: "prefix")
      try make(prefix.appending(path: "share/sarai/models.yaml"))
      let installed = try Installation(environment: [:], executable: prefix.appending(path: "bin/sarai").path)
      #expect(installed.share == prefix.appending(path: "share/sarai").path)
      #expect(installed.engine == prefix.appending(path: "bin/sarai-engine").path)
      #expect(installed.grammars == prefix.appending(path: "share/sarai/grammars").path)
      #expect(installed.pythonEnvironments == [prefix.appending(path: "lib/sarai/python").path])
      #expect(installed.checkout == nil)
    }
  }

  @Test func `SARAI_SHARE_DIR wins, and is an error where it holds no catalogue`() async throws {
    try await withTemporaryFolder { folder in
      try make(folder.appending(path: "models.yaml"))
      let found = try Installation(environment: ["SARAI_SHARE_DIR": folder.path], executable: "/usr/bin/sarai")
      #expect(found.share == folder.path)
      let error = #expect(throws: SaraiError.self) {
        try Installation(environment: ["SARAI_SHARE_DIR": "/nowhere"], executable: "/usr/bin/sarai")
      }
      #expect(error?.subject == "SARAI_SHARE_DIR")
    }
  }

  @Test func `Nothing found says what to do`() async throws {
    try await withTemporaryFolder { folder in
      let error = #expect(throws: SaraiError.self) {
        try Installation(environment: [:], executable: folder.appending(path: "bin/sarai").path)
      }
      #expect(error?.message.en.contains("make install") == true)
    }
  }

  private func make(_ file: URL) throws {
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try "version: 1\nmodels: []\n".write(to: file, atomically: true, encoding: .utf8)
  }
}
