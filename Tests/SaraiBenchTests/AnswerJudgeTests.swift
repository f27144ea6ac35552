import SaraiCore
import Testing

@testable import SaraiBench

@Suite struct AnswerJudgeTests {
  private static func question(
    _ id: String, kind: String = "capitals", _ text: String, accept: [String], reject: [String] = []
  ) throws -> Question {
    try Question([
      "id": .string(id), "kind": .string(kind), "question": .string(text),
      "accept": .array(accept.map { .string($0) }), "reject": .array(reject.map { .string($0) }),
    ])
  }

  private static func judge(_ answer: String) throws -> Bool {
    let france = try question("1", "What is the capital of France?", accept: ["paris"])
    let spain = try question("2", "What is the capital of Spain?", accept: ["madrid", "villa de madrid"])
    return AnswerJudge(questions: [france, spain]).isRight(answer, to: france)
  }

  @Test(arguments: [
    "Paris", "PARÍS.", "París", "Pari\u{301}s", "The capital of France is Paris.", "It is Paris, not Madrid.",
    "\n\n— paris!",
  ])
  func `an accepted word makes an answer right, whatever its case and accents`(answer: String) throws {
    #expect(try Self.judge(answer))
  }

  @Test(arguments: [
    "", "…", "Parisian", "I do not know.", "Madrid, or perhaps Paris.",
    "Lyon " + String(repeating: "x ", count: 29) + "Paris",
  ])
  func `part of a word, another answer before it, or a late word do not`(answer: String) throws {
    #expect(try !Self.judge(answer))
  }

  @Test func `a rejected phrase makes an answer wrong`() throws {
    let question = try Self.question(
      "1", kind: "yes-no", "Is fire cold?", accept: ["^no", "is hot"], reject: ["yes"])
    let judge = AnswerJudge(questions: [question])
    #expect(judge.isRight("No, it is not.", to: question))
    #expect(judge.isRight("Fire is hot.", to: question))
    #expect(!judge.isRight("Yes. No.", to: question))
    #expect(!judge.isRight("I say no", to: question))
  }

  @Test func `an open word takes any ending, and a phrase wants its words in a row`() throws {
    let dog = try Self.question("1", kind: "animals", "What does a dog do?", accept: ["bark*", "make a noise"])
    let judge = AnswerJudge(questions: [dog])
    #expect(judge.isRight("It barks.", to: dog))
    #expect(judge.isRight("They make a noise", to: dog))
    #expect(!judge.isRight("They make quite a noise", to: dog))
    #expect(!judge.isRight("Embark", to: dog))
  }

  @Test func `words of the question itself are no rival answer`() throws {
    let hot = try Self.question("1", kind: "opposites", "The opposite of hot?", accept: ["cold"])
    let cold = try Self.question("2", kind: "opposites", "The opposite of cold?", accept: ["hot"])
    let judge = AnswerJudge(questions: [hot, cold])
    #expect(judge.isRight("The opposite of hot is cold.", to: hot))
  }

  @Test func `phrases without a word are none`() {
    #expect(AnswerPhrase("") == nil)
    #expect(AnswerPhrase("^*") == nil)
  }
}
