import Foundation
import SaraiCore
import SaraiMemory
import SaraiSkills
import SkillProtocol
import TestSupport
import Testing

@testable import SaraiBench

@Suite("Triples of a treebank")
struct ConlluTests {
  /// Written for this test: a contraction, an empty node, a sentence without `# text`, a BOM and both line endings.
  private static let file = """
    \u{FEFF}# sent_id = 1
    # text = Ana vino del pueblo.
    1\tAna\tAna\tPROPN\t_\t_\t2\tnsubj\t_\t_
    2\tvino\tvenir\tVERB\t_\tMood=Ind|Number=Sing|Person=3|VerbForm=Fin\t0\troot\t_\t_
    3-4\tdel\t_\t_\t_\t_\t_\t_\t_\t_
    3\tde\tde\tADP\t_\t_\t5\tcase\t_\t_
    4\tel\tel\tDET\t_\t_\t5\tdet\t_\t_
    5\tpueblo\tpueblo\tNOUN\t_\t_\t2\tobl\t_\tSpaceAfter=No
    5.1\tvacío\t_\t_\t_\t_\t_\t_\t2:conj\t_
    6\t.\t.\tPUNCT\t_\t_\t2\tpunct\t_\t_

    1-2\tDámelo\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No
    1\tDáme\tdar\tVERB\t_\tMood=Imp|VerbForm=Fin\t0\troot\t_\t_
    2\tlo\tél\tPRON\t_\tPronType=Prs\t1\tobj\t_\t_
    3\t!\t!\tPUNCT\t_\t_\t1\tpunct\t_\t_\r
    """

  private func load(_ text: String) async throws -> [ConlluSentence] {
    try await withTemporaryFolder { folder in
      let path = folder.appending(path: "file.conllu").path
      try Data(text.utf8).write(to: URL(filePath: path))
      return try ConlluFile.load(path: path)
    }
  }

  @Test("Ranges, empty nodes, comments and missing texts are read as the format has them")
  func reading() async throws {
    let sentences = try await load(Self.file)
    #expect(sentences.map(\.text) == ["Ana vino del pueblo.", "Dámelo!"])
    #expect(sentences[0].tree.tokens.map(\.text) == ["Ana", "vino", "de", "el", "pueblo", "."])
    #expect(sentences[0].tree.tokens[4].head == 1)
    #expect(TripleReader.triples(of: sentences[0].tree) == [Triple(subject: "ana", verb: "venir", object: "pueblo")])
  }

  @Test(
    "What is no CoNLL-U is refused with the number of its line",
    arguments: [
      ("", 1), ("1\ta\tb\n", 1), ("1\ta\ta\tX\t_\t_\t2\tdep\t_\t_\n\n", 2),
      ("# x\n2\ta\ta\tX\t_\t_\t0\troot\t_\t_\n", 2),
      ("1\ta\ta\tX\t_\t_\t_\troot\t_\t_\n", 1), ("3-4\ta\t_\t_\t_\t_\t_\t_\t_\t_\n", 1),
      ("1\ta\ta\tX\t_\t_\t1\troot\t_\t_\n", 2),
    ])
  func refusal(text: String, line: Int) async throws {
    let error = await #expect(throws: SaraiError.self) { try await load(text) }
    #expect(error?.code == .invalidRequest)
    #expect(error?.message[.english].contains("line \(line)") == true, "\(error?.message[.english] ?? "")")
  }

  @Test("Bytes that are no text, circles, and sentences without end are refused")
  func hostile() async throws {
    try await withTemporaryFolder { folder in
      let path = folder.appending(path: "file.conllu").path
      try Data([0xFF, 0xFE, 0x0A]).write(to: URL(filePath: path))
      #expect(throws: SaraiError.self) { try ConlluFile.load(path: path) }
      #expect(throws: SaraiError.self) { try ConlluFile.load(path: folder.path) }
    }
    let circle = "1\ta\ta\tX\t_\t_\t2\tdep\t_\t_\n2\tb\tb\tX\t_\t_\t1\tdep\t_\t_\n"
    await #expect(throws: SaraiError.self) { try await load(circle) }
    let long = (1...2_000).map { "\($0)\ta\ta\tX\t_\t_\t0\troot\t_\t_" }.joined(separator: "\n")
    await #expect(throws: SaraiError.self) { try await load(long) }
  }

  @Test("A perfect parse has all triples; one that misses the object has none of that sentence")
  func figures() async throws {
    let sentences = try await load(Self.file)
    var report = ConlluReport()
    report.add(gold: sentences[0].tree, predicted: [sentences[0].tree], language: .spanish)
    #expect(report.triples.f1 == 1)
    report.add(gold: sentences[0].tree, predicted: [], language: .spanish)
    #expect(report.triples.precision == 1)
    #expect(report.triples.recall == 0.5)
    for key in ["precision", "recall", "f1", "gold", "predicted", "correct", "sentences"] {
      #expect(report.json[key] != nil, "\(key)")
    }
  }
}
