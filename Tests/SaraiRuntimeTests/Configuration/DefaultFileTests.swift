import Foundation
import SaraiCore
import SaraiRuntime
import TestSupport
import Testing

@Suite struct DefaultFileTests {
  private var shipped: URL { TestParts.root.appending(path: "config/sarai.yaml") }

  @Test func `The shipped file is what the table of settings writes`() throws {
    #expect(try String(contentsOf: shipped, encoding: .utf8) == SettingsTable.defaultFile())
  }

  @Test func `The shipped file says every key at its default`() throws {
    let read = try Configuration(.init(asked: shipped.path))
    let defaults = Configuration()
    for setting in SettingsTable.all {
      #expect(read[setting.key] == defaults[setting.key])
      guard case .file = read.origin(of: setting.key) else {
        Issue.record("\(setting.key) is missing from config/sarai.yaml")
        continue
      }
    }
  }

  @Test func `Keys and variables are all different`() {
    #expect(Set(SettingsTable.all.map(\.key)).count == SettingsTable.all.count)
    #expect(Set(SettingsTable.all.map(\.environmentVariable)).count == SettingsTable.all.count)
    #expect(SettingsTable.setting("server.port")?.environmentVariable == "SARAI_PORT")
  }

  @Test(arguments: [
    ("server.prot", "server.port"), ("Server.Port", "server.port"), ("port", "server.port"),
    ("runtime.max_concurent_llms", "runtime.max_concurrent_llms"), ("phoenix.federated", "phoenix.federated_mode"),
  ])
  func `The nearest key is found`(written: String, meant: String) {
    #expect(SettingsTable.nearest(to: written) == meant)
  }

  @Test func `Nothing is suggested for a key that is like none`() {
    #expect(SettingsTable.nearest(to: "zzzzqqqq") == nil)
  }
}
