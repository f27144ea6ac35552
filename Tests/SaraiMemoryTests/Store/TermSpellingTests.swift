import Foundation
import GRDB
import SaraiCore
import SaraiMemory
import SaraiStore
import TestSupport
import Testing

/// What was told comes back letter by letter, and is found however it is typed.
@Suite struct TermSpellingTests {
  private let ana = StoreFixture.ana

  @Test("A word in plain letters is one term with the same word written with marks that are folded away")
  func plainAndMarked() {
    for text in ["Marta Ruiz", "RENFE", "calle 5", "a", "Z", "O'Neil & co"] {
      // The mark at the end keeps the second from the way that plain letters take.
      let marked = Term(text + "\u{301}")
      #expect(Term(text) == marked && Term(text).folded == text.lowercased() && Term(text).text == text)
    }
    for text in [" Marta  Ruiz", "Marta Ruiz ", "Marta\tRuiz", "Marta\nRuiz\r\n"] {
      #expect(Term(text).text == "Marta Ruiz" && Term(text).folded == "marta ruiz")
    }
  }

  @Test("Two passwords that differ in capitals alone stay two, and each is found by either spelling")
  func passwords() async throws {
    try await StoreFixture.with { _, memory in
      try memory.add("contraseña del wifi", "ser", "ABCdef")
      try memory.add("contraseña del correo", "ser", "abcDEF")
      try memory.add("clave del garaje", "ser", "año")
      try memory.add("perro del usuario", "llamarse", "Ano")
      #expect(
        try memory.say(FactQuery(owner: ana, subjects: ["contrasena del correo"])) == [
          "contraseña del correo ser abcDEF"
        ])
      #expect(
        try memory.say(FactQuery(owner: ana, objects: ["ÁBCDEF"])).sorted() == [
          "contraseña del correo ser abcDEF", "contraseña del wifi ser ABCdef",
        ])
      #expect(try memory.say(FactQuery(owner: ana, text: "ano")).count == 2)
      #expect(try memory.say(FactQuery(owner: ana, verbs: ["llamarse"])) == ["perro del usuario llamarse Ano"])
    }
  }

  @Test("A password told again in other letters is what was told last")
  func newPassword() async throws {
    try await StoreFixture.with { _, memory in
      let id = try memory.add("clave de wifi", "ser", "Hunter")
      #expect(try memory.add("clave de wifi", "ser", "hunter") == id)
      #expect(try memory.say(FactQuery(owner: ana)) == ["clave de wifi ser hunter"])
      _ = try memory.undo(ana)
      #expect(try memory.say(FactQuery(owner: ana)) == ["clave de wifi ser Hunter"])
    }
  }

  @Test("A name told later in capitals does not change a password, whichever is a subject")
  func namesAndValues() async throws {
    try await StoreFixture.with { _, memory in
      try memory.add("clave", "ser", "hunter")
      try memory.add("Hunter", "tener", "3 años")
      try memory.add("gato del usuario", "llamarse", "Hunter")
      try memory.add("hunter", "comer", "pienso")
      #expect(try memory.say(FactQuery(owner: ana, subjects: ["clave"])) == ["clave ser hunter"])
      #expect(
        try memory.say(FactQuery(owner: ana, subjects: ["HUNTER"])).sorted() == [
          "Hunter comer pienso", "Hunter tener 3 años",
        ])
      #expect(try memory.recall(FactQuery(owner: ana, objects: ["hunter"])).count == 2)
    }
  }

  @Test(
    "Said again in other letters it is the same fact; the last capitals and accents count, and undo takes them back")
  func toldAgain() async throws {
    try await StoreFixture.with { _, memory in
      let id = try memory.add("usuario", "vivir en", "malaga")
      #expect(try memory.add("usuario", "vivir en", "Málaga") == id)
      #expect(try memory.say(FactQuery(owner: ana)) == ["usuario vivir en Málaga"])
      #expect(try memory.add("usuario", "vivir en", "malaga") == id)
      #expect(try memory.say(FactQuery(owner: ana)) == ["usuario vivir en Málaga"])
      let end = FactChange.end(subject: "usuario", verb: "vivir en", object: "MALAGA", isNegated: nil, at: nil)
      _ = try memory.store(Batch(owner: ana, changes: [end]))
      #expect(try memory.recall(FactQuery(owner: ana)).isEmpty)
      try memory.undo(ana)
      try memory.undo(ana)
      #expect(try memory.say(FactQuery(owner: ana)) == ["usuario vivir en malaga"])
    }
  }

  @Test("A correction of capitals corrects them, in the object and in the subject, and nothing else's")
  func edits() async throws {
    try await StoreFixture.with { _, memory in
      let id = try memory.add("clave", "ser", "ABC")
      let other = try memory.add("pin", "ser", "ABC")
      #expect(try memory.edit(id, FactEdit(object: "abc"), owner: ana).object.text == "abc")
      #expect(try memory.edit(id, FactEdit(subject: "CLAVE"), owner: ana).subject.text == "CLAVE")
      #expect(try memory.fact(other, owner: ana).object.text == "ABC")
      #expect(try memory.add("clave", "ser", "Abc") == id)
      #expect(try memory.recall(FactQuery(owner: ana, subjects: ["clave"])).map(\.object.text) == ["Abc"])
      try memory.undo(ana)
      try memory.undo(ana)
      try memory.undo(ana)
      #expect(try memory.fact(id, owner: ana).subject.text == "clave")
      #expect(try memory.fact(id, owner: ana).object.text == "ABC")
    }
  }

  @Test("An export and its import keep the spelling, and a second import changes nothing")
  func exchange() async throws {
    try await StoreFixture.with { _, memory in
      try memory.add("contraseña del wifi", "ser", "ABCdef")
      try memory.add("contraseña del correo", "ser", "abcDEF")
      var lines: [String] = []
      try memory.export(ana) { lines.append($0) }
      let eva = try Owner("eva")
      #expect(try memory.importLines(lines, owner: eva).factsAdded == 2)
      #expect(try memory.importLines(lines, owner: eva).alreadyKnown == 2)
      #expect(try memory.recall(FactQuery(owner: eva)).map(\.object.text).sorted() == ["ABCdef", "abcDEF"])
    }
  }

  @Test("A memory of before keeps what it knew, and what is told now finds it")
  func migrated() async throws {
    try await withTemporaryFolder { folder in
      var options = MemoryStore.options(folder: folder.path)
      options.migrations = Array(options.migrations.prefix(3))
      let old = try Store(options)
      try old.write { database in
        try database.execute(
          sql: """
            INSERT INTO owner (id, name) VALUES (1, 'local');
            INSERT INTO term (id, owner_id, hash, text, folded) VALUES (1, 1, ?, 'clave', NULL), (2, 1, ?, 'ser', NULL),
              (3, 1, ?, 'hunter', NULL);
            INSERT INTO fact (owner_id, subject_id, verb_id, object_id, standing, flags, confidence, said_at)
              VALUES (1, 1, 2, 3, 0, 0, 10000, 1000);
            """, arguments: [Self.hash("clave"), Self.hash("ser"), Self.hash("hunter")])
      }
      try old.close()
      let memory = try MemoryStore.open(folder: folder.path)
      let id = try memory.add("clave", "ser", "hunter")
      try memory.add("Hunter", "tener", "3 años")
      #expect(try memory.recall(FactQuery(owner: ana, verbs: ["ser"])).map(\.id) == [id])
      #expect(id.rawValue == 1)
      #expect(try memory.say(FactQuery(owner: ana, verbs: ["ser"])) == ["clave ser hunter"])
      #expect(try memory.say(FactQuery(owner: ana, verbs: ["tener"])) == ["Hunter tener 3 años"])
      try memory.close()
    }
  }

  /// The hash of a folded text of owner 1, as memories of before have it.
  private static func hash(_ text: String) -> Int64 {
    var hash = (0xCBF2_9CE4_8422_2325 as UInt64) ^ 0x9E37_79B9_7F4A_7C15
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0100_0000_01B3 }
    return Int64(bitPattern: hash)
  }
}
