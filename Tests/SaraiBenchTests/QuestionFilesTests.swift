import Foundation
import SaraiAgent
import SaraiBench
import SaraiCore
import TestSupport
import Testing

@Suite struct QuestionFilesTests {
  static let folder = TestParts.root.appending(path: "Benchmarks/quality").path

  @Test(arguments: Language.allCases)
  func `each language has at least a hundred questions of its own`(language: Language) throws {
    let questions = try Question.load(language, from: Self.folder)
    #expect(questions.count >= 100)
    #expect(Set(questions.map(\.id)).count == questions.count)
    #expect(Set(questions.map(\.text)).count == questions.count)
    #expect(questions.allSatisfy { $0.id.hasPrefix(language.rawValue + "-") })
  }

  @Test(arguments: Language.allCases)
  func `both halves are large enough to mean something`(language: Language) throws {
    let questions = try Question.load(language, from: Self.folder)
    for half in Question.Half.allCases {
      #expect(questions.count { $0.half == half } * 5 >= questions.count * 2)
    }
  }

  @Test(arguments: Language.allCases)
  func `every question takes each of its accepted answers alone`(language: Language) throws {
    let questions = try Question.load(language, from: Self.folder)
    let judge = AnswerJudge(questions: questions)
    for question in questions {
      for phrase in question.accept {
        #expect(judge.isRight(phrase.words.joined(separator: " "), to: question), "\(question.id)")
      }
    }
  }

  @Test func `the persona's examples give no answer and no question away`() throws {
    let examples = Persona.standard.messages.filter { $0.role != .system }
    // Yes and no, and the words of a greeting, are in any conversation; her own name is hers to know.
    let questions = try Language.allCases.flatMap { try Question.load($0, from: Self.folder) }
      .filter { !["yes-no", "greetings", "identity"].contains($0.kind) }
    for example in examples {
      for question in questions {
        let isGivenAway = question.accept.contains {
          " \(example.words) ".contains(" \($0.words.joined(separator: " ")) ")
        }
        #expect(!isGivenAway, "\(question.id): \(example.content)")
        #expect(example.content != question.text)
      }
    }
  }

  @Test func `a missing file and a broken line are named`() async throws {
    try await withTemporaryFolder { folder in
      #expect {
        try Question.load(.english, from: folder.path)
      } throws: {
        ($0 as? SaraiError)?.code == .notFound
      }
      let lines = #"{"id":"en-1","kind":"k","question":"q","accept":["a"]}"# + "\n" + #"{"id":"en-2","accept":[]}"#
      try lines.write(to: folder.appending(path: "en.jsonl"), atomically: true, encoding: .utf8)
      #expect {
        try Question.load(.english, from: folder.path)
      } throws: {
        ($0 as? SaraiError)?.message.en.contains("line 2") == true
      }
    }
  }
}

extension Message {
  /// The words of the message in lower case, one space apart. "Forty-one" is one word: it does not say "one".
  fileprivate var words: String {
    content.lowercased().filter { $0 != "-" }.split { !$0.isLetter && !$0.isNumber }.joined(separator: " ")
  }
}
